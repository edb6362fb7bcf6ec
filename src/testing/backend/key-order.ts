import type { Backend } from "../../core/backend.ts";
import { assertEqual } from "../assertions.ts";
import { keyIn, orders, ordersOf, recordOf, store, type KitRecord, type Order } from "./collections.ts";
import type { BackendCase } from "./subject.ts";

const NUMBERS: readonly number[] = [
  -Infinity,
  -Number.MAX_VALUE,
  -(2 ** 53),
  -1_000,
  -999.5,
  -10,
  -9,
  -1.5,
  -1,
  -0.1,
  -Number.MIN_VALUE,
  0,
  Number.MIN_VALUE,
  0.1,
  1,
  1.5,
  2,
  9,
  10,
  11,
  100,
  2 ** 31,
  2 ** 32 + 0.5,
  1_760_000_000_000,
  2 ** 53,
  1e21,
  Number.MAX_VALUE,
  Infinity,
];

const LONG = "x".repeat(2_000);

const STRINGS: readonly string[] = [
  "",
  "\u0000",
  "\u0000\u0000",
  "\u0000a",
  "\u0001",
  " ",
  "!",
  "-1",
  "0",
  "10",
  "9",
  "A",
  "B",
  "Z",
  "_",
  "a",
  "a\u0000",
  "a\u0000b",
  "a\u0001",
  "a ",
  "a!",
  "aa",
  "ab",
  "b",
  "e",
  "e\u0301",
  "f",
  LONG,
  `${LONG}\u0000`,
  `${LONG}y`,
  "z",
  "\u007f",
  "\u0080",
  "\u00e9",
  "\u0100",
  "\u0131",
  "\u3042",
  "\ud7ff",
  "\ud800",
  "\ud800a",
  "\ud83d\ude00",
  "\ud83d\ude01",
  "\udbff\udfff",
  "\udc00",
  "\udc00\ud800",
  "\udfff",
  "\ue000",
  "\ufffd",
  "\uffff",
];

/** How many elements at a key's beginning may be the same in several records, without another order being violated. */
function sharablePrefixes(order: Order): number[] {
  const others = ordersOf(order.collection).filter((other) => other !== order && other.index !== order.index);
  return order.fields
    .map((_, count) => count)
    .filter((count) => {
      const shared = order.fields.slice(0, count);
      return !others.some(({ fields }) => fields.every((field) => shared.includes(field)));
    });
}

interface Arrangement {
  readonly order: Order;
  /** The elements that one place of the keys has, ascending. */
  readonly values: readonly (string | number)[];
  /** Which place that is. The elements before are the same in all keys. */
  readonly place: number;
  /** Whether the elements behind it descend, so that whoever looks at these first is found out. */
  readonly isOpposed?: boolean;
}

/** Fails unless records come in the order of their elements at a place, in which they are not stored. */
async function assertArranged(backend: Backend, { order, values, place, isOpposed }: Arrangement): Promise<void> {
  const { collection, index, fields } = order;
  const arranged = values.map((value, n) => {
    const later = isOpposed ? values.at(-1 - n)! : value;
    const element = (at: number): string | number => (at < place ? "same" : at === place ? value : later);
    return recordOf(collection, n, { fields: Object.fromEntries(fields.map((field, at) => [field, element(at)])) });
  });
  // A step that has no divisor in common with the number of records.
  const step = [17, 19, 23].find((prime) => arranged.length % prime !== 0)!;
  await store(
    backend,
    collection,
    arranged.map((_, n) => arranged[(n * step) % arranged.length]!),
  );
  const [records, keys] = await backend.read(async (transaction) =>
    Promise.all([transaction.getAll<KitRecord>(collection, { index }), transaction.keys(collection, { index })]),
  );
  const what = `${order.name}, ordered by element ${place}`;
  const orderOf = (found: readonly KitRecord[]) => found.map((record) => keyIn(order, record));
  await assertEqual(orderOf(records), orderOf(arranged), `the order of getAll of ${what}`);
  await assertEqual(records, arranged, `getAll of ${what}`);
  const [primary] = ordersOf(collection);
  await assertEqual(
    keys,
    arranged.map((record) => keyIn(primary, record)),
    `keys of ${what}`,
  );
  await backend.write(async (transaction) => transaction.delete(collection, {}));
}

function orderCase(sentence: string, values: Arrangement["values"]): BackendCase {
  return {
    name: `key order: ${sentence}`,
    async run({ open }) {
      const backend = await open();
      for (const order of orders) {
        for (const place of sharablePrefixes(order)) await assertArranged(backend, { order, values, place });
      }
    },
  };
}

/** Keys have the order of IndexedDB. */
export const keyOrderCases: readonly BackendCase[] = [
  orderCase("numbers by value, the infinite ones, fractions and the smallest included", NUMBERS),
  orderCase("strings by UTF-16 code units, NUL, lone surrogates and pairs of them included", STRINGS),
  orderCase("numbers before strings", [-2, -1, 0, 5, 10, 20, "", "\u0000", "-1", "0", "10", "5", "a"]),
  {
    name: "key order: element by element, the first that differ decide",
    async run({ open }) {
      const backend = await open();
      for (const order of orders.filter(({ fields }) => fields.length > 1)) {
        for (const place of sharablePrefixes(order)) {
          const values = [1, 2, 3, "", "a", "a\u0000", "a!", "aa", "b"];
          await assertArranged(backend, { order, values, place, isOpposed: true });
        }
      }
    },
  },
];
