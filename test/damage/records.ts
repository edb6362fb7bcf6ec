import { COLLECTIONS, type Backend, type CollectionName } from "../../src/core/backend.ts";

/** Everything a backend holds. */
export type Records = ReadonlyMap<CollectionName, readonly object[]>;

const NAMES = Object.keys(COLLECTIONS) as CollectionName[];

/** Reads all records. */
export function readRecords(backend: Backend): Promise<Records> {
  return backend.read(async (transaction) => {
    const all = NAMES.map(async (name) => [name, await transaction.getAll<object>(name)] as const);
    return new Map(await Promise.all(all));
  });
}

/** Puts records in place of all that a backend holds. */
export async function writeRecords(backend: Backend, records: Records): Promise<void> {
  await backend.write(async (transaction) => {
    for (const [name, list] of records) {
      transaction.delete(name, { lower: [""] });
      for (const record of list) transaction.put(name, record);
    }
  });
}
