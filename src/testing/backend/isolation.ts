import type { Backend, Key, ReadTransaction } from "../../core/backend.ts";
import { assert, assertEqual, rejectionOf } from "../assertions.ts";
import { collections, contentOf, keyIn, ordersOf, readAll, recordOf, store, type KitRecord } from "./collections.ts";
import type { BackendCase } from "./subject.ts";

const first = collections[0]!;
const last = collections.at(-1)!;
/** So many questions that another transaction has time to go between two of them. */
const MANY = 20;

function keyOf(collection: (typeof collections)[number], n: number): Key {
  return keyIn(ordersOf(collection)[0], recordOf(collection, n));
}

async function contentWithin(transaction: ReadTransaction, collection: typeof first, n: number): Promise<unknown> {
  return (await transaction.get<KitRecord>(collection, keyOf(collection, n)))?.content;
}

/** Everything that can be seen of record 1, in the first and the last collection, asked for again and again. */
async function look(transaction: ReadTransaction): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let n = 0; n < MANY; n++) {
    for (const collection of [first, last]) {
      seen.push(await contentWithin(transaction, collection, 1));
      const all = await transaction.getAll<KitRecord>(collection);
      seen.push(all[0]?.content);
      seen.push(all.length === (await transaction.keys(collection)).length ? all[0]?.content : "keys of another time");
    }
  }
  return seen;
}

/** Has record 1 of the first and of the last collection hold this, and the next record be there or not. */
function change(backend: Backend, content: number): Promise<void> {
  return backend.write(async (transaction) => {
    transaction.put(first, recordOf(first, 1, { content }));
    for (const collection of new Set([first, last])) {
      if (content % 2 === 0) transaction.delete(collection, { lower: keyOf(collection, 2) });
      else transaction.put(collection, recordOf(collection, 2));
      // Meanwhile, the first collection is ahead of the last one.
      for (let n = 0; n < MANY; n++) await transaction.get(first, keyOf(first, 1));
    }
    transaction.put(last, recordOf(last, 1, { content }));
  });
}

/** A case with two clients, which are one connection, or two where the subject provides them. */
function clientsCase(name: string, run: (one: Backend, other: Backend) => Promise<void>): readonly BackendCase[] {
  return [
    {
      name: `isolation: ${name}`,
      async run({ open }) {
        const backend = await open();
        await run(backend, backend);
      },
    },
    {
      name: `connections: ${name}`,
      needs: ["connections"],
      async run({ open }) {
        await run(await open(), await open());
      },
    },
  ];
}

/** Has two clients do something in turn, so many times in all, without waiting for one to be done. */
function alternately<T>(
  clients: readonly Backend[],
  { times }: { times: number },
  act: (client: Backend, n: number) => Promise<T>,
) {
  return Promise.all(Array.from({ length: times }, (_, n) => act(clients[n % clients.length]!, n)));
}

/** Transactions are as if they had run one after the other. */
export const isolationCases: readonly BackendCase[] = [
  ...clientsCase("what a write has stored is seen by whoever reads then", async (one, other) => {
    for (let content = 0; content < 20; content++) {
      const [writer, reader] = content % 2 === 0 ? [one, other] : [other, one];
      await store(writer, first, [recordOf(first, 1, { content })]);
      await assertEqual(await contentOf(reader, first, 1), content, "what is read once the write has resolved");
    }
  }),
  ...clientsCase("a read sees one moment, whatever is stored while it runs", async (one, other) => {
    await change(one, 0);
    const writes: Promise<void>[] = [];
    const seen = await one.read(async (transaction) => {
      const before = await contentWithin(transaction, first, 1);
      writes.push(change(other, 1), change(other, 2));
      return [before, ...(await look(transaction))];
    });
    await Promise.all(writes);
    assert(new Set(seen).size === 1, `one read saw several moments: ${[...new Set(seen)].map(String).join(", ")}`);
  }),
  ...clientsCase("a write sees one moment, whatever others store while it runs", async (one, other) => {
    await change(one, 0);
    const writes: Promise<void>[] = [];
    const seen = await one.write(async (transaction) => {
      const before = await contentWithin(transaction, first, 1);
      writes.push(change(other, 1), change(other, 2));
      return [before, ...(await look(transaction))];
    });
    await Promise.all(writes);
    assert(new Set(seen).size === 1, `one write saw several moments: ${[...new Set(seen)].map(String).join(", ")}`);
  }),
  ...clientsCase("nothing of a write is seen before all of it", async (one, other) => {
    await change(one, 0);
    const reads: Promise<unknown[]>[] = [];
    await one.write(async (transaction) => {
      transaction.put(first, recordOf(first, 1, { content: 1 }));
      await contentWithin(transaction, first, 1);
      reads.push(other.read(look), other.read(look));
      for (let n = 0; n < MANY; n++) await contentWithin(transaction, first, 1);
      transaction.put(last, recordOf(last, 1, { content: 1 }));
    });
    reads.push(other.read(look));
    for (const [n, seen] of (await Promise.all(reads)).entries()) {
      assert(new Set(seen).size === 1, `read ${n} saw a part of a write: ${[...new Set(seen)].map(String).join(", ")}`);
    }
  }),
  ...clientsCase("nothing of a write that fails is seen", async (one, other) => {
    await change(one, 0);
    const reads: Promise<unknown[]>[] = [];
    const failing = (): Promise<void> =>
      one.write(async (transaction) => {
        for (const collection of [first, last]) {
          transaction.put(collection, recordOf(collection, 1, { content: "never stored" }));
        }
        await contentWithin(transaction, first, 1);
        reads.push(other.read(look));
        for (let n = 0; n < MANY; n++) await contentWithin(transaction, first, 1);
        throw new Error("of the work");
      });
    await rejectionOf(failing, "a write whose work fails");
    reads.push(other.read(look));
    for (const seen of await Promise.all(reads)) {
      await assertEqual([...new Set(seen)], [0], "what was read beside a write that fails");
    }
  }),
  ...clientsCase("of many writes at once that read and count on, none is lost", async (one, other) => {
    await store(one, first, [recordOf(first, 1, { content: 0 })]);
    const counts = await alternately([one, other], { times: 24 }, (client) =>
      client.write(async (transaction) => {
        const count = Number(await contentWithin(transaction, first, 1)) + 1;
        transaction.put(first, recordOf(first, 1, { content: count }));
        return count;
      }),
    );
    const expected = counts.map((_, n) => n + 1);
    await assertEqual(
      [...counts].sort((a, b) => a - b),
      expected,
      "the counts, each of which one write should have made",
    );
    await assertEqual(await contentOf(other, first, 1), 24, "the count that is stored");
  }),
  ...clientsCase(
    "two writes that each read what the other writes don't both go by what was before",
    async (one, other) => {
      for (let round = 0; round < 5; round++) {
        await store(
          one,
          first,
          [1, 2].map((n) => recordOf(first, n, { content: "on duty" })),
        );
        await alternately([one, other], { times: 2 }, (client, n) =>
          client.write(async (transaction) => {
            const duties = await Promise.all([1, 2].map((n) => contentWithin(transaction, first, n)));
            const isEnough = duties.every((duty) => duty === "on duty");
            if (isEnough) transaction.put(first, recordOf(first, n + 1, { content: "gone" }));
          }),
        );
        const duties = (await readAll(one, first)).map(({ content }) => content).sort();
        await assertEqual(duties, ["gone", "on duty"], "who is on duty, where only one of two may go");
      }
    },
  ),
  ...clientsCase("writes that count records before each adds one don't count the same", async (one, other) => {
    const counts = await alternately([one, other], { times: 12 }, (client, n) =>
      client.write(async (transaction) => {
        const { length } = await transaction.keys(last);
        transaction.put(last, recordOf(last, n));
        return length;
      }),
    );
    await assertEqual(
      [...counts].sort((a, b) => a - b),
      counts.map((_, n) => n),
      "how many records each write found",
    );
  }),
  ...clientsCase("readers beside many writes see whole ones", async (one, other) => {
    await change(one, 0);
    const reads: Promise<unknown[]>[] = [];
    const writes = alternately([one, other], { times: 12 }, (client, n) => {
      reads.push(client.read(look), other.read(look));
      return change(client, n);
    });
    for (const seen of await Promise.all(reads)) {
      assert(new Set(seen).size === 1, `one read saw several moments: ${[...new Set(seen)].map(String).join(", ")}`);
    }
    await writes;
  }),
];
