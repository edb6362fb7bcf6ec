import { COLLECTIONS, type CollectionName, type Key } from "../../core/backend.ts";

/** What Chromium (156) says of a large value whose file is gone, and of one whose file is too short. */
const NAMES: readonly unknown[] = ["NotReadableError", "DataError"];

/** Whether a record is there and can't be read: Chromium keeps those of more than 64 kB in files of their own. */
export function isUnreadable(error: unknown): boolean {
  return NAMES.includes((error as Partial<Error>).name);
}

/** Records that turned out to be unreadable. One of them fails whatever else is read in its transaction. */
export class UnreadableRecords {
  readonly #known = new Set<string>();

  note(collection: CollectionName, key: Key): void {
    this.#known.add(nameOf(collection, key));
  }

  /** What stands for the record if it is one of these: its key alone, which no checksum goes with. */
  standIn(collection: CollectionName, key: Key): object | undefined {
    if (!this.#known.has(nameOf(collection, key))) return undefined;
    return Object.fromEntries(COLLECTIONS[collection].key.map((field, i) => [field, key[i]]));
  }
}

function nameOf(collection: CollectionName, key: Key): string {
  return JSON.stringify([collection, ...key]);
}
