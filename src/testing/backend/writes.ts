import type { Backend, KeyRange } from "../../core/backend.ts";
import { assert, assertEqual, rejectionOf } from "../assertions.ts";
import { collections, contentOf, keyIn, ordersOf, readAll, recordOf, store, type KitRecord } from "./collections.ts";
import { sampleOf, selected } from "./query-model.ts";
import type { BackendCase } from "./subject.ts";

const [somewhere] = collections as [(typeof collections)[number]];
const [primary] = ordersOf(somewhere);
const keyOf = (n: number) => keyIn(primary, recordOf(somewhere, n));

async function assertEverywhere(backend: Backend, expected: unknown, what: string): Promise<void> {
  for (const collection of collections) {
    const contents = (await readAll(backend, collection)).map(({ content }) => content);
    await assertEqual(contents, expected, `what ${collection} holds ${what}`);
  }
}

/** What one write reads and stores, or does not. */
export const writeCases: readonly BackendCase[] = [
  {
    name: "writes: one write stores into all collections",
    async run({ open }) {
      const backend = await open();
      await backend.write(async (transaction) => {
        for (const collection of collections) {
          for (const n of [1, 2]) transaction.put(collection, recordOf(collection, n));
        }
      });
      await assertEverywhere(backend, [1, 2], "after it");
    },
  },
  {
    name: "writes: where the work rejects, nothing it wrote is stored",
    async run({ open }) {
      const backend = await open();
      for (const collection of collections) {
        await store(
          backend,
          collection,
          [1, 2, 3].map((n) => recordOf(collection, n)),
        );
      }
      const error = new Error("of the work");
      const found = await rejectionOf(
        () =>
          backend.write(async (transaction) => {
            for (const collection of collections) {
              const [order] = ordersOf(collection);
              transaction.put(collection, recordOf(collection, 4));
              transaction.put(collection, recordOf(collection, 1, { content: "replaced" }));
              transaction.delete(collection, { lower: keyIn(order, recordOf(collection, 2)) });
              transaction.put(collection, recordOf(collection, 3, { content: "put again" }));
            }
            // So that all of it has reached the storage.
            await transaction.getAll(somewhere);
            throw error;
          }),
        "a write whose work fails",
      );
      assert(found === error, "the write should reject with the very error of its work");
      await assertEverywhere(backend, [1, 2, 3], "after a write that failed");
    },
  },
  {
    name: "writes: a write that comes after one that failed is stored",
    async run({ open }) {
      const backend = await open();
      const failing = backend.write(async (transaction) => {
        transaction.put(somewhere, recordOf(somewhere, 1));
        throw new Error("of the work");
      });
      const next = store(backend, somewhere, [recordOf(somewhere, 2)]);
      await rejectionOf(() => failing, "a write whose work fails");
      await next;
      await store(backend, somewhere, [recordOf(somewhere, 3)]);
      await assertEqual(await readAll(backend, somewhere), [recordOf(somewhere, 2), recordOf(somewhere, 3)], "getAll");
    },
  },
  {
    name: "writes: a write reads what it has written, by key and by index",
    async run({ open }) {
      const backend = await open();
      for (const collection of collections) {
        const orders = ordersOf(collection);
        const [order] = orders;
        const changed = recordOf(collection, 1, { content: "changed" });
        await store(backend, collection, [recordOf(collection, 1), recordOf(collection, 2)]);
        await backend.write(async (transaction) => {
          transaction.put(collection, changed);
          transaction.put(collection, recordOf(collection, 3));
          transaction.delete(collection, {
            lower: keyIn(order, recordOf(collection, 2)),
            upper: keyIn(order, recordOf(collection, 2)),
          });
          for (const { index, ...order } of orders) {
            const read = (n: number) => transaction.get(collection, keyIn(order, recordOf(collection, n)), index);
            await assertEqual(await read(1), changed, `get of ${order.name}, which was replaced`);
            await assertEqual(await read(2), undefined, `get of ${order.name}, which was deleted`);
            await assertEqual(await read(3), recordOf(collection, 3), `get of ${order.name}, which was put`);
            const expected = [changed, recordOf(collection, 3)];
            await assertEqual(await transaction.getAll(collection, { index }), expected, `getAll of ${order.name}`);
            const keys = expected.map((record) => keyIn(orders[0], record));
            await assertEqual(await transaction.keys(collection, { index }), keys, `keys of ${order.name}`);
          }
          transaction.put(collection, recordOf(collection, 2, { content: "put after it was deleted" }));
          const again = await transaction.get<KitRecord>(collection, keyIn(order, recordOf(collection, 2)));
          await assertEqual(again?.content, "put after it was deleted", `get of ${collection}`);
        });
      }
    },
  },
  {
    name: "writes: calls take effect in the order in which they are made, awaited or not",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1, { content: "before" })]);
      const contents = await backend.write((transaction) => {
        const answers: Promise<KitRecord | undefined>[] = [];
        const read = (): void => {
          const answer = transaction.get<KitRecord>(somewhere, keyOf(1));
          // If the backend gives up this run for another one, nobody awaits it.
          answer.catch(() => undefined);
          answers.push(answer);
        };
        read();
        transaction.put(somewhere, recordOf(somewhere, 1, { content: "first" }));
        read();
        transaction.delete(somewhere, { lower: keyOf(1), upper: keyOf(1) });
        read();
        transaction.put(somewhere, recordOf(somewhere, 1, { content: "second" }));
        transaction.put(somewhere, recordOf(somewhere, 1, { content: "third" }));
        read();
        return Promise.all(answers);
      });
      const expected = ["before", "first", undefined, "third"];
      await assertEqual(
        contents.map((record) => record?.content),
        expected,
        "the answers, in the order asked",
      );
      await assertEqual(await contentOf(backend, somewhere, 1), "third", "what is stored");
    },
  },
  {
    name: "writes: put replaces a record as a whole, and moves it in each index",
    async run({ open }) {
      const backend = await open();
      for (const collection of collections) {
        const [order, ...indexes] = ordersOf(collection);
        const first = { ...recordOf(collection, 1), onlyBefore: true };
        // The same key; all other fields are those of another record.
        const key = Object.fromEntries(order.fields.map((field) => [field, "record 1"]));
        const second = recordOf(collection, 2, { fields: key, content: "second" });
        await store(backend, collection, [first]);
        await store(backend, collection, [second]);
        await backend.read(async (transaction) => {
          await assertEqual(await transaction.getAll(collection), [second], `what ${collection} holds`);
          for (const { index, ...order } of indexes) {
            const [old, now] = [keyIn(order, first), keyIn(order, second)];
            const isSame = JSON.stringify(old) === JSON.stringify(now);
            const former = await transaction.get(collection, old, index);
            await assertEqual(former, isSame ? second : undefined, `get of ${order.name}, by its former key`);
            await assertEqual(await transaction.get(collection, now, index), second, `get of ${order.name}`);
            await assertEqual(await transaction.getAll(collection, { index }), [second], `getAll of ${order.name}`);
          }
        });
      }
    },
  },
  {
    name: "writes: delete removes what lies in its range, and nothing else",
    async run({ open }) {
      const backend = await open();
      for (const collection of collections) {
        const orders = ordersOf(collection);
        const sample = sampleOf(collection);
        const keys = selected(sample, orders[0]).map((record) => keyIn(orders[0], record));
        const ranges: KeyRange[] = [
          { lower: keys[3], upper: keys[3] },
          { lower: keys[2], upper: keys[5] },
          { lower: keys[2], upper: keys[5], lowerOpen: true, upperOpen: true },
          { lower: keys[9] },
          { upper: keys[2], upperOpen: true },
          { lower: keys[4]!.slice(0, 1), upper: [...keys[4]!.slice(0, 1), Infinity] },
          { lower: keys[5], upper: keys[2] },
          { lower: keys[5], upper: keys[5], lowerOpen: true },
          { lower: [keys[5]![0]!, "no such key"], upper: [keys[5]![0]!, "no such key"] },
          { lower: undefined, upper: undefined },
        ];
        for (const range of ranges) {
          await store(backend, collection, sample);
          await backend.write(async (transaction) => transaction.delete(collection, range));
          const gone = new Set(selected(sample, orders[0], { range }));
          const rest = sample.filter((record) => !gone.has(record));
          for (const order of orders) {
            const { index, name } = order;
            const left = await backend.read((transaction) => transaction.getAll(collection, { index }));
            const what = `what ${name} holds after ${JSON.stringify(range)} was deleted`;
            await assertEqual(left, selected(rest, order), what);
          }
        }
      }
    },
  },
];
