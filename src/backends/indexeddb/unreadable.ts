import { COLLECTIONS, type CollectionName, type Key } from "../../core/backend.ts";

/** Chromium's errors (156) for a large value whose file is gone, and for one whose file is too short. */
const NAMES: readonly unknown[] = ["NotReadableError", "DataError"];

/** Tells whether a record exists but can't be read: Chromium keeps values of more than 64 kB in files of their own. */
export function isUnreadable(error: unknown): boolean {
  return NAMES.includes((error as Partial<Error>).name);
}

/** Records that turned out to be unreadable. Reading one of them fails all other reads of the transaction. */
export class UnreadableRecords {
  readonly #known = new Set<string>();

  note(collection: CollectionName, key: Key): void {
    this.#known.add(nameOf(collection, key));
  }

  /**
   * Returns a substitute for an unreadable record: its key fields alone. It has no valid checksum, so it counts as
   * damaged.
   */
  standIn(collection: CollectionName, key: Key): object | undefined {
    if (!this.#known.has(nameOf(collection, key))) return undefined;
    return Object.fromEntries(COLLECTIONS[collection].key.map((field, i) => [field, key[i]]));
  }
}

function nameOf(collection: CollectionName, key: Key): string {
  return JSON.stringify([collection, ...key]);
}
