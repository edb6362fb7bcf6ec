import { COLLECTIONS, type Backend, type CollectionName, type IndexName, type Key } from "../../core/backend.ts";

/** One order in which a collection has its records: by its key, or by an index. */
export interface Order {
  /** `pieces`, or `checkpoints by_id`. */
  readonly name: string;
  readonly collection: CollectionName;
  readonly index?: IndexName;
  readonly fields: readonly string[];
}

/** A record of the kit: the fields of its keys, and whatever else a case wants to find again. */
export interface KitRecord {
  readonly content?: unknown;
}

/** The collections there are. Cases know none by name. */
export const collections = Object.keys(COLLECTIONS) as CollectionName[];

/** The orders of a collection, that of its key first. */
export function ordersOf(collection: CollectionName): readonly [Order, ...Order[]] {
  const { key, indexes } = COLLECTIONS[collection];
  const byIndex = Object.entries(indexes).map(([index, fields]): Order => ({
    name: `${collection} ${index}`,
    collection,
    index: index as IndexName,
    fields: fields as readonly string[],
  }));
  return [{ name: collection, collection, fields: key }, ...byIndex];
}

/** Every order of every collection. */
export const orders: readonly Order[] = collections.flatMap(ordersOf);

/** The key that a record has in an order. */
export function keyIn({ fields }: Pick<Order, "fields">, record: object): Key {
  return fields.map((field) => (record as Record<string, string | number>)[field]!);
}

/** The fields of all keys of a collection. */
export function fieldsOf(collection: CollectionName): readonly string[] {
  return [...new Set(ordersOf(collection).flatMap(({ fields }) => fields))];
}

/** The `n`th record of a collection, with `n` as its content by default. Where `fields` does not say otherwise, it has no key in common with any other. */
export function recordOf(
  collection: CollectionName,
  n: number,
  { fields = {}, ...rest }: { fields?: Readonly<Record<string, string | number>>; content?: unknown } = {},
): KitRecord {
  const own = Object.fromEntries(fieldsOf(collection).map((field) => [field, `record ${n}`]));
  return { ...own, ...fields, content: "content" in rest ? rest.content : n };
}

/** Stores records in one write. */
export async function store(backend: Backend, collection: CollectionName, records: Iterable<object>): Promise<void> {
  await backend.write(async (transaction) => {
    for (const record of records) transaction.put(collection, record);
  });
}

/** All records of a collection, by its key. */
export function readAll(backend: Backend, collection: CollectionName): Promise<KitRecord[]> {
  return backend.read((transaction) => transaction.getAll<KitRecord>(collection));
}

/** What the `n`th record of a collection holds; `undefined` if it is not there. */
export async function contentOf(backend: Backend, collection: CollectionName, n: number): Promise<unknown> {
  const key = keyIn(ordersOf(collection)[0], recordOf(collection, n));
  const record = await backend.read((transaction) => transaction.get<KitRecord>(collection, key));
  return record?.content;
}
