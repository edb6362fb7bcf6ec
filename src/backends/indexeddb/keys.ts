import { COLLECTIONS, type CollectionName, type IndexName, type Key, type KeyRange } from "../../core/backend.ts";

/**
 * What IndexedDB is told to take a key from: the field itself where there is but one.
 *
 * Chromium's SQLite backend (156) takes a path of one element, `["id"]`, for `"id"` once the database was closed and
 * opened again: what was stored before is out of reach then, and each record can be stored twice.
 */
export function keyPathOf(fields: readonly string[]): string | string[] {
  return fields.length === 1 ? fields[0]! : [...fields];
}

/** Whose key it is: a collection's, or that of an index. */
interface Place {
  readonly collection: CollectionName;
  readonly index?: IndexName | undefined;
}

/** A key as IndexedDB has it. */
export function toKey(key: Key, { collection, index }: Place): IDBValidKey {
  return isSingle({ collection, index }) ? key[0]! : [...key];
}

/** A collection's key as the engine has it. */
export function fromKey(key: IDBValidKey): Key {
  return Array.isArray(key) ? (key as Key) : [key as string];
}

/** A range of keys as IndexedDB has it; `undefined` for all keys, `"none"` for a range that holds none. */
export function toRange(range: KeyRange | undefined, place: Place): IDBKeyRange | undefined | "none" {
  if (range === undefined) return undefined;
  const { lower, upper } = range;
  // A bound that goes on beyond the key stands behind it.
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
