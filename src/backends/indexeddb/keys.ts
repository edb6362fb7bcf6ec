import { COLLECTIONS, type CollectionName, type IndexName, type Key, type KeyRange } from "../../core/backend.ts";

/**
 * Returns the key path for IndexedDB: an array of the fields, or the field itself if there is only one.
 *
 * Chromium's SQLite backend (156) confuses the path `["id"]` with `"id"` after the database was closed and opened
 * again: older records can no longer be found, and can be stored a second time.
 */
export function keyPathOf(fields: readonly string[]): string | string[] {
  return fields.length === 1 ? fields[0]! : [...fields];
}

/** What a key belongs to: a collection, or one of its indexes. */
interface Place {
  readonly collection: CollectionName;
  readonly index?: IndexName | undefined;
}

/** Returns a key in the form that IndexedDB takes. */
export function toKey(key: Key, { collection, index }: Place): IDBValidKey {
  return isSingle({ collection, index }) ? key[0]! : [...key];
}

/** Returns a primary key in the form that a backend returns. */
export function fromKey(key: IDBValidKey): Key {
  return Array.isArray(key) ? (key as Key) : [key as string];
}

/** A range of keys as IndexedDB has it; `undefined` for all keys, `"none"` for a range that holds none. */
export function toRange(range: KeyRange | undefined, place: Place): IDBKeyRange | undefined | "none" {
  if (range === undefined) return undefined;
  const { lower, upper } = range;
  // A bound that is longer than the key stands behind every key with the same first element.
  const isBeyond = (bound: Key | undefined): boolean => bound !== undefined && bound.length > 1 && isSingle(place);
  const lowerOpen = range.lowerOpen === true || isBeyond(lower);
  const upperOpen = range.upperOpen === true && !isBeyond(upper);
  if (lower === undefined)
    return upper === undefined ? undefined : IDBKeyRange.upperBound(toKey(upper, place), upperOpen);
  if (upper === undefined) return IDBKeyRange.lowerBound(toKey(lower, place), lowerOpen);
  const [from, to] = [toKey(lower, place), toKey(upper, place)];
  const direction = indexedDB.cmp(from, to);
  // IndexedDB throws where a range can hold nothing.
  if (direction > 0 || (direction === 0 && (lowerOpen || upperOpen))) return "none";
  return IDBKeyRange.bound(from, to, lowerOpen, upperOpen);
}

function isSingle({ collection, index }: Place): boolean {
  const { key, indexes } = COLLECTIONS[collection];
  const fields = index === undefined ? key : (indexes as Partial<Record<IndexName, readonly string[]>>)[index]!;
  return fields.length === 1;
}
