import type { Backend, ReadTransaction, WriteTransaction } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { assert, assertEqual, rejectionOf } from "../assertions.ts";
import {
  collections,
  contentOf,
  keyIn,
  orders,
  ordersOf,
  readAll,
  recordOf,
  store,
  type KitRecord,
} from "./collections.ts";
import type { BackendCase } from "./subject.ts";

const [somewhere] = collections as [(typeof collections)[number]];
const [primary] = ordersOf(somewhere);
const keyOf = (n: number) => keyIn(primary, recordOf(somewhere, n));

type Verb = readonly ["read" | "write", <T>(backend: Backend, work: () => Promise<T>) => Promise<T>];
const VERBS: readonly Verb[] = [
  ["read", (backend, work) => backend.read(work)],
  ["write", (backend, work) => backend.write(work)],
];

/** What every transaction does, whatever it reads and writes, and in each of its runs. */
export const transactionCases: readonly BackendCase[] = [
  {
    name: "transactions: a backend is empty at first",
    async run({ open }) {
      const backend = await open();
      for (const { collection, index, name } of orders) {
        const found = await backend.read((transaction) => transaction.getAll(collection, { index }));
        await assertEqual(found, [], `what ${name} holds at first`);
      }
    },
  },
  {
    name: "transactions: two names keep apart",
    async run({ open, openAnother }) {
      const [one, other] = [await open(), await openAnother()];
      await store(one, somewhere, [recordOf(somewhere, 1), recordOf(somewhere, 2)]);
      await store(other, somewhere, [recordOf(somewhere, 1, { content: "other" })]);
      await one.write(async (transaction) => transaction.delete(somewhere, { lower: keyOf(2) }));
      await assertEqual(await contentOf(one, somewhere, 1), 1, "the record of one");
      await assertEqual(await contentOf(other, somewhere, 1), "other", "the record of the other");
    },
  },
  {
    name: "transactions: hand on what the work resolves with",
    async run({ open }) {
      const backend = await open();
      for (const [name, run] of VERBS) {
        for (const result of [undefined, 0, { of: "the work" }]) {
          const same = (await run<unknown>(backend, async () => result)) === result;
          assert(same, `${name} should resolve with the very result of its work`);
        }
      }
    },
  },
  {
    name: "transactions: an error of the work comes out as it is",
    async run({ open }) {
      const backend = await open();
      const errors = [
        new Error("of the work"),
        new CheckpointStoreError("not-found", "of the work"),
        new DOMException("of the work", "AbortError"),
        new DOMException("of the work", "ConstraintError"),
        "a string of the work",
      ];
      for (const [name, run] of VERBS) {
        for (const error of errors) {
          const works = [
            () => Promise.reject(error),
            (): Promise<unknown> => {
              throw error;
            },
          ];
          for (const work of works) {
            const found = await rejectionOf(() => run(backend, work), `a ${name} whose work fails`);
            assert(found === error, `${name} should reject with the very error of its work, not ${String(found)}`);
          }
        }
      }
    },
  },
  {
    name: "transactions: several questions can be asked at once",
    async run({ open }) {
      const backend = await open();
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      await store(
        backend,
        somewhere,
        numbers.map((n) => recordOf(somewhere, n)),
      );
      const answers = await backend.read((transaction) =>
        Promise.all(numbers.map((n) => transaction.get<KitRecord>(somewhere, keyOf(n)))),
      );
      await assertEqual(
        answers.map((record) => record?.content),
        numbers,
        "the answers, in the order asked",
      );
    },
  },
  {
    name: "transactions: one that is over answers nothing and stores nothing",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1)]);
      const reader: ReadTransaction = await backend.read(async (transaction) => transaction);
      const writer: WriteTransaction = await backend.write(async (transaction) => transaction);
      for (const [name, over] of [["read", reader] as const, ["write", writer] as const]) {
        for (const ask of [
          () => over.get(somewhere, keyOf(1)),
          () => over.getAll(somewhere),
          () => over.keys(somewhere),
        ]) {
          // Whether it throws at once or rejects is its own affair.
          await rejectionOf(async () => ask(), `what is asked of a ${name} transaction that is over`);
        }
      }
      for (const write of [
        () => writer.put(somewhere, recordOf(somewhere, 2)),
        () => writer.delete(somewhere, { lower: keyOf(1) }),
      ]) {
        try {
          write();
        } catch {
          // As it should be, though it may also do nothing.
        }
      }
      await store(backend, somewhere, [recordOf(somewhere, 3)]);
      await assertEqual(
        await readAll(backend, somewhere),
        [recordOf(somewhere, 1), recordOf(somewhere, 3)],
        "what is stored",
      );
    },
  },
  {
    name: "another run: what is stored is that of the last run, and nothing of one before",
    async run({ open }) {
      const backend = await open();
      let runs = 0;
      await backend.write(async (transaction) => {
        runs += 1;
        const content = runs;
        // The first in a place of its own, the other in the same place each time.
        transaction.put(somewhere, recordOf(somewhere, content));
        await transaction.getAll(somewhere);
        transaction.put(somewhere, recordOf(somewhere, 0, { content }));
      });
      const expected = [recordOf(somewhere, 0, { content: runs }), recordOf(somewhere, runs)];
      await assertEqual(await readAll(backend, somewhere), expected, "what is stored");
    },
  },
  {
    name: "another run: each begins with what was stored before",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1)]);
      const seen: unknown[] = [];
      await backend.write(async (transaction) => {
        seen.push((await transaction.getAll<KitRecord>(somewhere)).map(({ content }) => content));
        transaction.put(somewhere, recordOf(somewhere, 2));
        transaction.delete(somewhere, { upper: ["record 1", Infinity] });
        await transaction.getAll(somewhere);
      });
      await assertEqual(
        seen,
        seen.map(() => [1]),
        "what each run saw",
      );
    },
  },
  {
    name: "another run: a call resolves with what the last run did",
    async run({ open }) {
      const backend = await open();
      for (const verb of ["read", "write"] as const satisfies (keyof Backend)[]) {
        let runs = 0;
        const result = await backend[verb](async (transaction) => {
          runs += 1;
          const run = runs;
          await transaction.getAll(somewhere);
          return run;
        });
        assert(result === runs, `a ${verb} resolved with the result of run ${result} of ${runs}`);
      }
    },
  },
  {
    name: "another run: begins once the one before is done, and not after the call has resolved",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 0, { content: 0 })]);
      const writes = Array.from({ length: 12 }, async () => {
        let running = 0;
        let isResolved = false;
        const failures: string[] = [];
        await backend.write(async (transaction) => {
          if (running > 0) failures.push("two runs of one call at once");
          if (isResolved) failures.push("a run of a call that has resolved");
          running += 1;
          try {
            const [record] = await transaction.getAll<KitRecord>(somewhere);
            transaction.put(somewhere, recordOf(somewhere, 0, { content: Number(record?.content) + 1 }));
            await transaction.getAll(somewhere);
          } finally {
            running -= 1;
          }
        });
        isResolved = true;
        return failures;
      });
      await assertEqual((await Promise.all(writes)).flat(), [], "what went wrong");
      const expected = [recordOf(somewhere, 0, { content: writes.length })];
      await assertEqual(await readAll(backend, somewhere), expected, "what is stored");
    },
  },
];
