import type { WriteTransaction } from "../../core/backend.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { assert, assertEqual, assertRefused } from "../assertions.ts";
import {
  collections,
  keyIn,
  orders,
  ordersOf,
  readAll,
  recordOf,
  store,
  type KitRecord,
  type Order,
} from "./collections.ts";
import type { BackendCase, BackendContext } from "./subject.ts";

/** The indexes in which two records can meet: those that hold not all of the collection's own key. */
const indexes = orders.filter(({ collection, index, fields }) => {
  const [primary] = ordersOf(collection);
  return index !== undefined && !primary.fields.every((field) => fields.includes(field));
});

/** The `n`th record of an index's collection, with the key that another one has in the index. */
function intruder({ collection, fields }: Order, { n, onto }: { n: number; onto: number }): KitRecord {
  return recordOf(collection, n, { fields: Object.fromEntries(fields.map((field) => [field, `record ${onto}`])) });
}

/** A case that is run for each index, after its collection was given the records 1 and 2. */
function indexCase(name: string, run: (context: BackendContext, order: Order) => Promise<void>): BackendCase {
  return {
    name: `unique indexes: ${name}`,
    async run({ open, openAnother }) {
      for (const order of indexes) {
        const backend = await open();
        const { collection } = order;
        await backend.write(async (transaction) => transaction.delete(collection, {}));
        await store(backend, collection, [recordOf(collection, 1), recordOf(collection, 2)]);
        await run({ open: async () => backend, openAnother }, order);
      }
    },
  };
}

/** A write that violates an index and must be refused, whatever else it does. */
async function assertConflict(
  { open }: Pick<BackendContext, "open">,
  order: Order,
  work: (transaction: WriteTransaction) => Promise<void>,
): Promise<void> {
  const backend = await open();
  await assertRefused(() => backend.write(work), "conflict", `a put that violates ${order.name}`);
  for (const collection of collections.filter((name) => name !== order.collection)) {
    await assertEqual(await readAll(backend, collection), [], `what ${collection} holds after the conflict`);
  }
  const { collection } = order;
  for (const { index, name } of ordersOf(collection)) {
    const left = await backend.read((transaction) => transaction.getAll(collection, { index }));
    await assertEqual(
      left,
      [recordOf(collection, 1), recordOf(collection, 2)],
      `what ${name} holds after the conflict`,
    );
  }
}

/** No two records have one key in an index. */
export const uniqueIndexCases: readonly BackendCase[] = [
  indexCase("a key that another record has is a conflict, and nothing of the write is stored", (context, order) =>
    assertConflict(context, order, async (transaction) => {
      const { collection } = order;
      for (const other of collections.filter((name) => name !== collection)) {
        transaction.put(other, recordOf(other, 7));
      }
      transaction.put(collection, recordOf(collection, 3));
      transaction.put(collection, recordOf(collection, 2, { content: "replaced" }));
      transaction.put(collection, intruder(order, { n: 4, onto: 1 }));
      transaction.put(collection, recordOf(collection, 5));
    }),
  ),
  indexCase("a key that another record of the same write has is a conflict", (context, order) =>
    assertConflict(context, order, async (transaction) => {
      transaction.put(order.collection, recordOf(order.collection, 3));
      transaction.put(order.collection, intruder(order, { n: 4, onto: 3 }));
    }),
  ),
  indexCase("a record that is put again can't take another's key", (context, order) =>
    assertConflict(context, order, async (transaction) => {
      const own = ordersOf(order.collection)[0].fields.map((field) => [field, "record 2"]);
      const moved = { ...intruder(order, { n: 2, onto: 1 }), ...Object.fromEntries(own) };
      // Where a field is part of both keys, record 2 can be moved onto record 1 no more than be another record.
      const isClash = order.fields.every((field) => (moved as Record<string, unknown>)[field] === "record 1");
      transaction.put(order.collection, isClash ? moved : intruder(order, { n: 4, onto: 1 }));
    }),
  ),
  indexCase("a conflict can't be passed over by the work", (context, order) =>
    assertConflict(context, order, async (transaction) => {
      const { collection } = order;
      try {
        transaction.put(collection, intruder(order, { n: 4, onto: 1 }));
        await transaction.getAll(collection);
        transaction.put(collection, recordOf(collection, 5));
      } catch {
        // Passed over.
      }
    }),
  ),
  indexCase("each put is checked by itself: that the other record goes later is too late", (context, order) =>
    assertConflict(context, order, async (transaction) => {
      const { collection } = order;
      const key = keyIn(ordersOf(collection)[0], recordOf(collection, 1));
      transaction.put(collection, intruder(order, { n: 4, onto: 1 }));
      transaction.delete(collection, { lower: key, upper: key });
    }),
  ),
  indexCase("a record keeps its own key when it is put again", async ({ open }, { collection, name }) => {
    const backend = await open();
    const again = recordOf(collection, 1, { content: "again" });
    await store(backend, collection, [again, again]);
    await assertEqual(await readAll(backend, collection), [again, recordOf(collection, 2)], `what ${name} holds`);
  }),
  indexCase("a key is free again once its record was deleted, in the same write too", async ({ open }, order) => {
    const backend = await open();
    const { collection, index } = order;
    const [primary] = ordersOf(collection);
    const taker = intruder(order, { n: 4, onto: 1 });
    await backend.write(async (transaction) => {
      const key = keyIn(primary, recordOf(collection, 1));
      transaction.delete(collection, { lower: key, upper: key });
      transaction.put(collection, taker);
    });
    const found = await backend.read((transaction) => transaction.get(collection, keyIn(order, taker), index));
    await assertEqual(found, taker, `get of ${order.name}`);
    const key = keyIn(primary, taker);
    await backend.write(async (transaction) => transaction.delete(collection, { lower: key, upper: key }));
    await store(backend, collection, [recordOf(collection, 1)]);
    await assertEqual((await readAll(backend, collection)).length, 2, `the number of records in ${collection}`);
  }),
  indexCase("of several writes at once that want one key, one gets it", async ({ open }, order) => {
    const backend = await open();
    const { collection } = order;
    const outcomes = await Promise.allSettled(
      [3, 4, 5, 6].map((n) => store(backend, collection, [intruder(order, { n, onto: 9 })])),
    );
    const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
    assert(failed.length === 3, `${failed.length} of 4 writes that want one key of ${order.name} were refused`);
    for (const error of failed) {
      assert(isCheckpointStoreError(error, "conflict"), `${String(error)} should be a conflict error of the store`);
    }
    await assertEqual((await readAll(backend, collection)).length, 3, `the number of records in ${collection}`);
  }),
];
