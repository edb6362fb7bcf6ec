import type { Backend } from "../../core/backend.ts";
import { assert, assertEqual, assertRefused } from "../assertions.ts";
import { collections, contentOf, keyIn, orders, ordersOf, readAll, recordOf, store } from "./collections.ts";
import { sampleOf, selected } from "./query-model.ts";
import type { BackendCase } from "./subject.ts";

const somewhere = collections[0]!;

async function assertClosed(backend: Backend, when: string): Promise<void> {
  let ran = false;
  const work = async (): Promise<void> => void (ran = true);
  await assertRefused(() => backend.read(work), "closed", `a read ${when}`);
  await assertRefused(() => backend.write(work), "closed", `a write ${when}`);
  assert(!ran, `the work of a transaction ${when} should not be run`);
}

/** Puts records one by one, with a question after each; `isDone` once the work has ended. */
function writeSlowly(backend: Backend, count: number): { readonly isDone: boolean; readonly stored: Promise<void> } {
  const progress = { isDone: false, stored: Promise.resolve() };
  progress.stored = backend.write(async (transaction) => {
    progress.isDone = false;
    for (let n = 0; n < count; n++) {
      transaction.put(somewhere, recordOf(somewhere, n));
      await transaction.getAll(somewhere);
    }
    progress.isDone = true;
  });
  // Whoever awaits it hears of a failure, but perhaps not at once.
  progress.stored.catch(() => undefined);
  return progress;
}

/** Closing, and opening again. */
export const lifetimeCases: readonly BackendCase[] = [
  {
    name: "closing: a closed backend refuses transactions as closed, and doesn't run their work",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1)]);
      await backend.close();
      await assertClosed(backend, "of a closed backend");
    },
  },
  {
    name: "closing: can be done again and again",
    async run({ open }) {
      const backend = await open();
      await Promise.all([backend.close(), backend.close()]);
      await backend.close();
      await assertClosed(backend, "of a backend that was closed three times");
    },
  },
  {
    name: "closing: waits for the transactions that were started before",
    async run({ open }) {
      const backend = await open();
      const write = writeSlowly(backend, 20);
      let isRead = false;
      const read = backend.read(async (transaction) => {
        isRead = false;
        for (let n = 0; n < 20; n++) await transaction.getAll(somewhere);
        isRead = true;
      });
      read.catch(() => undefined);
      await backend.close();
      assert(write.isDone && isRead, "the backend was closed while transactions were still at work");
      await Promise.all([write.stored, read]);
    },
  },
  {
    name: "closing: a second call waits as the first one does",
    async run({ open }) {
      const backend = await open();
      const write = writeSlowly(backend, 20);
      const closing = backend.close();
      await backend.close();
      assert(write.isDone, "the second call of close resolved while a write was still at work");
      await closing;
      await write.stored;
    },
  },
  {
    name: "closing: transactions started after the call are refused as closed, even before it resolves",
    async run({ open }) {
      const backend = await open();
      const write = writeSlowly(backend, 20);
      const closing = backend.close();
      const late = assertClosed(backend, "started after the call of close");
      await Promise.all([write.stored, closing, late]);
    },
  },
  {
    name: "persistence: all that was stored is there when it is opened again, in all orders",
    needs: ["persistence"],
    async run({ open }) {
      const backend = await open();
      for (const collection of collections) await store(backend, collection, sampleOf(collection));
      await backend.close();
      const again = await open();
      for (const order of orders) {
        const { collection, index, name } = order;
        const sample = selected(sampleOf(collection), order);
        const found = await again.read(async (transaction) => ({
          records: await transaction.getAll(collection, { index }),
          each: await Promise.all(sample.map((record) => transaction.get(collection, keyIn(order, record), index))),
        }));
        await assertEqual(found.records, sample, `getAll of ${name}, opened again`);
        await assertEqual(found.each, sample, `get of ${name}, opened again`);
      }
    },
  },
  {
    name: "persistence: what was replaced or deleted stays so",
    needs: ["persistence"],
    async run({ open }) {
      const backend = await open();
      const [primary] = ordersOf(somewhere);
      await store(
        backend,
        somewhere,
        [1, 2, 3].map((n) => recordOf(somewhere, n)),
      );
      const changed = recordOf(somewhere, 1, { content: "changed" });
      await store(backend, somewhere, [changed]);
      await backend.close();
      const again = await open();
      const key = keyIn(primary, recordOf(somewhere, 2));
      await again.write(async (transaction) => transaction.delete(somewhere, { lower: key, upper: key }));
      // A key that was stored before it was opened again is the same key now.
      await store(again, somewhere, [changed]);
      await again.close();
      await assertEqual(await readAll(await open(), somewhere), [changed, recordOf(somewhere, 3)], "what is stored");
    },
  },
  {
    name: "persistence: unique indexes hold for what was stored before it was opened again",
    needs: ["persistence"],
    async run({ open }) {
      for (const { collection, fields, index, name } of orders) {
        const [primary] = ordersOf(collection);
        if (index === undefined || primary.fields.every((field) => fields.includes(field))) continue;
        const backend = await open();
        await store(backend, collection, [recordOf(collection, 1)]);
        await backend.close();
        const again = await open();
        const taken = Object.fromEntries(fields.map((field) => [field, "record 1"]));
        const put = () => store(again, collection, [recordOf(collection, 2, { fields: taken })]);
        await assertRefused(put, "conflict", `a put that violates ${name}, opened again`);
        await again.write(async (transaction) => transaction.delete(collection, {}));
        await again.close();
      }
    },
  },
  {
    name: "persistence: closing at once loses nothing that was acknowledged, and nothing under way",
    needs: ["persistence"],
    async run({ open }) {
      for (let n = 0; n < 5; n++) {
        const backend = await open();
        await store(backend, somewhere, [recordOf(somewhere, n)]);
        const underWay = store(backend, somewhere, [recordOf(somewhere, n + 5)]);
        await backend.close();
        await underWay;
      }
      const found = (await readAll(await open(), somewhere)).map(({ content }) => content);
      await assertEqual(found, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "what is stored");
    },
  },
  {
    name: "connections: closing one leaves the others open",
    needs: ["connections"],
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      await store(one, somewhere, [recordOf(somewhere, 1)]);
      const write = writeSlowly(other, 10);
      await one.close();
      await write.stored;
      await assertEqual(await contentOf(other, somewhere, 9), 9, "what the other one stored");
      await assertEqual(await contentOf(await open(), somewhere, 1), 1, "what the closed one stored");
    },
  },
  {
    name: "connections: a unique index is one for all",
    needs: ["connections"],
    async run({ open }) {
      const [one, other] = [await open(), await open()];
      for (const { collection, fields, index, name } of orders) {
        const [primary] = ordersOf(collection);
        if (index === undefined || primary.fields.every((field) => fields.includes(field))) continue;
        await store(one, collection, [recordOf(collection, 1)]);
        const taken = Object.fromEntries(fields.map((field) => [field, "record 1"]));
        const put = () => store(other, collection, [recordOf(collection, 2, { fields: taken })]);
        await assertRefused(put, "conflict", `a put that violates ${name} from another connection`);
        await other.write(async (transaction) => transaction.delete(collection, {}));
      }
    },
  },
];
