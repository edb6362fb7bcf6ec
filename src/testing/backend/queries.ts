import type { Key, KeyRange, Query } from "../../core/backend.ts";
import { assertEqual } from "../assertions.ts";
import { collections, keyIn, orders, ordersOf, store, type KitRecord, type Order } from "./collections.ts";
import { sampleOf, selected } from "./query-model.ts";
import type { BackendCase } from "./subject.ts";

const samples = new Map(collections.map((collection) => [collection, sampleOf(collection)]));

/** A case that asks each order of each collection some queries, made from the keys that are there, ascending. */
function queryCase(name: string, queriesOf: (keys: readonly Key[], order: Order) => readonly Query[]): BackendCase {
  return {
    name,
    async run({ open }) {
      const backend = await open();
      for (const [collection, sample] of samples) await store(backend, collection, sample);
      for (const order of orders) {
        const { collection, index } = order;
        const sample = samples.get(collection)!;
        const queries = queriesOf(
          selected(sample, order).map((record) => keyIn(order, record)),
          order,
        ).map((query) => ({ ...query, index }));
        const answers = await backend.read((transaction) =>
          Promise.all(
            queries.map(async (query) => ({
              records: await transaction.getAll<KitRecord>(collection, query),
              keys: await transaction.keys(collection, query),
            })),
          ),
        );
        const [primary] = ordersOf(collection);
        for (const [n, { records, keys }] of answers.entries()) {
          const expected = selected(sample, order, queries[n]);
          const what = `of ${order.name} for ${JSON.stringify(queries[n])}`;
          await assertEqual(records.map(contentIn), expected.map(contentIn), `the numbers of the records ${what}`);
          await assertEqual(records, expected, `getAll ${what}`);
          await assertEqual(
            keys,
            expected.map((record) => keyIn(primary, record)),
            `keys ${what}`,
          );
        }
      }
    },
  };
}

const contentIn = ({ content }: KitRecord): unknown => content;

/** Ranges from one key to another one, and to itself. */
function rangesOver(keys: readonly Key[], ends: Omit<KeyRange, "lower" | "upper"> = {}): KeyRange[] {
  const pairs = [
    [0, 11],
    [0, 1],
    [2, 8],
    [7, 11],
  ] as const;
  return pairs.map(([lower, upper]) => ({ lower: keys[lower], upper: keys[upper], ...ends }));
}

const asQueries = (ranges: readonly KeyRange[]): Query[] => ranges.map((range) => ({ range }));

/** Each range with every kind of ends. */
function withAllEnds(ranges: readonly KeyRange[]): KeyRange[] {
  return [false, true].flatMap((lowerOpen) =>
    [false, true].flatMap((upperOpen) => ranges.map((range) => ({ ...range, lowerOpen, upperOpen }))),
  );
}

/** A key that comes right after `key`, and that no record has. */
function after(key: Key): Key {
  const last = key.at(-1)!;
  return [...key.slice(0, -1), typeof last === "number" ? last + 0.25 : `${last}\u0000\u0000`];
}

/** Ranges and queries select what they should. */
export const queryCases: readonly BackendCase[] = [
  queryCase("ranges: ends are included", (keys) =>
    asQueries([
      ...rangesOver(keys),
      ...[0, 5, 11].map((at) => ({ lower: keys[at], upper: keys[at] })),
      ...[0, 5, 11].flatMap((at) => [{ lower: keys[at] }, { upper: keys[at] }]),
      ...rangesOver(keys, { lowerOpen: false, upperOpen: false }),
    ]),
  ),
  queryCase("ranges: open ends are left out", (keys) =>
    asQueries([
      ...rangesOver(keys, { lowerOpen: true }),
      ...rangesOver(keys, { upperOpen: true }),
      ...rangesOver(keys, { lowerOpen: true, upperOpen: true }),
      ...[0, 5, 11].flatMap((at) => [
        { lower: keys[at], lowerOpen: true },
        { upper: keys[at], upperOpen: true },
      ]),
    ]),
  ),
  queryCase("ranges: without ends they hold everything", () => [
    {},
    { range: {} },
    { range: { lowerOpen: true, upperOpen: true } },
  ]),
  queryCase("ranges: ends need not be keys that are there", (keys) =>
    asQueries(
      withAllEnds([
        { lower: after(keys[1]!), upper: after(keys[8]!) },
        { lower: after(keys[0]!), upper: keys[9] },
        { lower: keys[4], upper: after(keys[11]!) },
        { lower: keys[4]!.map(() => -Infinity), upper: keys[4]!.map(() => "\uffff") },
      ]),
    ),
  ),
  queryCase("ranges: one with its ends in the wrong order holds nothing", (keys) =>
    asQueries(
      withAllEnds([
        { lower: keys[8], upper: keys[2] },
        { lower: keys[11], upper: keys[0] },
      ]),
    ),
  ),
  queryCase("ranges: one from a key to itself holds nothing with an end open", (keys) =>
    asQueries(withAllEnds([{ lower: keys[5], upper: keys[5] }])),
  ),
  queryCase("ranges: one between two neighbours, or beyond all, holds nothing", (keys) =>
    asQueries([
      { lower: keys[3], upper: keys[4], lowerOpen: true, upperOpen: true },
      { lower: after(keys[11]!) },
      { upper: keys[0]!.map(() => -Infinity) },
    ]),
  ),
  queryCase("ranges: the beginning of a key comes before all that go on from it", (keys) =>
    asQueries(
      withAllEnds(
        [0, 4, 11].flatMap((at) => {
          const key = keys[at]!;
          // A key of one element has no beginning but itself.
          return key.slice(1).flatMap((_, cut) => {
            const beginning = key.slice(0, cut + 1);
            return [
              { lower: beginning },
              { upper: beginning },
              { lower: beginning, upper: beginning },
              { lower: beginning, upper: [...beginning, Infinity] },
              { lower: [...beginning, -Infinity], upper: [...beginning, "\uffff"] },
              { lower: beginning, upper: key },
            ];
          });
        }),
      ),
    ),
  ),
  queryCase("ranges: what goes on from a key comes after it", (keys) =>
    asQueries(
      withAllEnds(
        [0, 4, 11].flatMap((at) => {
          const [low, high]: [Key, Key] = [
            [...keys[at]!, 0],
            [...keys[at]!, "z", 1],
          ];
          return [
            { lower: low },
            { upper: low },
            { lower: keys[at], upper: low },
            { lower: low, upper: high },
            { lower: high, upper: low },
            { lower: low, upper: keys[11] },
          ];
        }),
      ),
    ),
  ),
  queryCase("queries: limit is how many records there are at most, and 0 is none", () =>
    [0, 1, 3, 12, 13, Number.MAX_SAFE_INTEGER].map((limit) => ({ limit })),
  ),
  queryCase("queries: offset leaves out the first", () =>
    [0, 1, 5, 11, 12, 13, Number.MAX_SAFE_INTEGER].map((offset) => ({ offset })),
  ),
  queryCase("queries: reverse begins with the highest key", (keys) => [
    { reverse: true },
    ...asQueries([...rangesOver(keys), ...rangesOver(keys, { lowerOpen: true, upperOpen: true })]).map((query) => ({
      ...query,
      reverse: true,
    })),
  ]),
  queryCase("queries: limit counts from the highest key where reverse is given", () =>
    [0, 1, 2, 11, 12, 100].map((limit) => ({ limit, reverse: true })),
  ),
  queryCase("queries: offset is left out before limit counts", () =>
    [1, 4, 11, 12].flatMap((offset) => [1, 3, 12].map((limit) => ({ offset, limit }))),
  ),
  queryCase("queries: ranges, limits, offsets and directions together", (keys) =>
    [
      ...rangesOver(keys, { lowerOpen: true }),
      { upper: keys[9], upperOpen: true },
      { lower: keys[3]!.slice(0, 1) },
      { lower: keys[8], upper: keys[2] },
    ].flatMap((range) =>
      [0, 1, 4].flatMap((limit) =>
        [0, 1, 3, 20].flatMap((offset) => [false, true].map((reverse) => ({ range, limit, offset, reverse }))),
      ),
    ),
  ),
  queryCase("queries: what is undefined counts as not given", (keys) => [
    { range: undefined, limit: undefined, offset: undefined, reverse: undefined },
    { range: { lower: undefined, upper: undefined, lowerOpen: undefined, upperOpen: undefined } },
    { range: { lower: keys[3], upper: undefined, lowerOpen: undefined }, limit: 2, reverse: undefined },
    { range: { lower: undefined, upper: keys[3], upperOpen: undefined }, offset: 1, limit: undefined },
  ]),
  {
    name: "queries: get finds a record by its key and by each index, and nothing by the beginning of one",
    async run({ open }) {
      const backend = await open();
      for (const [collection, sample] of samples) await store(backend, collection, sample);
      for (const order of orders) {
        const { collection, index } = order;
        const sample = samples.get(collection)!;
        const found = await backend.read((transaction) =>
          Promise.all(
            sample.map((record) => {
              const key = keyIn(order, record);
              const wanted = [key, after(key), ...key.slice(1).map((_, cut) => key.slice(0, cut + 1))];
              return Promise.all(wanted.map((key) => transaction.get(collection, key, index)));
            }),
          ),
        );
        for (const [n, [record, ...others]] of found.entries()) {
          await assertEqual(record, sample[n], `get of ${order.name}`);
          await assertEqual(
            others,
            others.map(() => undefined),
            `get of ${order.name} with keys that no record has`,
          );
        }
      }
    },
  },
];
