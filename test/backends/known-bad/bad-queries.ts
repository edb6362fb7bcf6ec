import { compareKeys, type Key, type KeyRange, type Query, type WriteTransaction } from "../../../src/core/backend.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import type { Disk } from "../connection.ts";
import { fieldsOf, keyOf, withTransaction, type Breaks } from "./broken.ts";

interface Rules {
  readonly compare: (a: Key, b: Key) => number;
  readonly isIn: (key: Key, range: KeyRange, compare: Rules["compare"]) => boolean;
  readonly page: (ordered: readonly object[], query: Query) => object[];
}

const RULES: Rules = {
  compare: compareKeys,
  isIn(key, { lower, upper, lowerOpen, upperOpen }, compare) {
    const low = lower === undefined ? 1 : compare(key, lower);
    const high = upper === undefined ? 1 : compare(upper, key);
    return (lowerOpen ? low > 0 : low >= 0) && (upperOpen ? high > 0 : high >= 0);
  },
  page(ordered, { limit = Infinity, offset = 0, reverse = false }) {
    return (reverse ? [...ordered].reverse() : ordered).slice(offset, offset + limit);
  },
};

/** Reads whole collections, and selects by rules of which some are broken. */
function withRules(disk: Disk, broken: Partial<Rules>): ReturnType<Breaks> {
  const { compare, isIn, page } = { ...RULES, ...broken };
  return withTransaction(disk, (transaction) => {
    const select = async (...[collection, query = {}]: Parameters<WriteTransaction["keys"]>) => {
      const { index, range = {} } = query;
      const all = await transaction.getAll<object>(collection);
      const found = all.filter((record) => isIn(keyOf(record, collection, index), range, compare));
      found.sort((a, b) => compare(keyOf(a, collection, index), keyOf(b, collection, index)));
      return page(found, query);
    };
    return {
      getAll: (collection, query) => select(collection, query) as Promise<never>,
      keys: async (collection, query) => (await select(collection, query)).map((record) => keyOf(record, collection)),
    };
  });
}

const byElement =
  (compare: (x: string | number, y: string | number) => number) =>
  (a: Key, b: Key): number => {
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const found = compare(a[at]!, b[at]!);
      if (found !== 0) return found;
    }
    return a.length - b.length;
  };

const plain = (x: string | number, y: string | number): number => compareKeys([x], [y]);

export const stringsBeforeNumbers: Breaks = (disk) =>
  withRules(disk, { compare: byElement((x, y) => (typeof x === typeof y ? plain(x, y) : -plain(x, y))) });

export const numbersByTheirText: Breaks = (disk) =>
  withRules(disk, {
    compare: byElement((x, y) =>
      typeof x === "number" && typeof y === "number" ? plain(`${x}`, `${y}`) : plain(x, y),
    ),
  });

/** As UTF-8 has it, and most databases. */
export const stringsByCodePoint: Breaks = (disk) =>
  withRules(disk, {
    compare: byElement((x, y) => {
      if (typeof x === "number" || typeof y === "number") return plain(x, y);
      const [a, b] = [x, y].map((text) => [...text].map((point) => point.codePointAt(0)!));
      return compareKeys(a!, b!);
    }),
  });

export const stringsByLocale: Breaks = (disk) =>
  withRules(disk, {
    compare: byElement((x, y) =>
      typeof x === "string" && typeof y === "string" ? x.localeCompare(y) || plain(x, y) : plain(x, y),
    ),
  });

export const lastElementFirst: Breaks = (disk) =>
  withRules(disk, {
    compare: (a, b) => (a.length === b.length ? compareKeys([...a].reverse(), [...b].reverse()) : compareKeys(a, b)),
  });

export const beginningsComeLast: Breaks = (disk) =>
  withRules(disk, {
    compare(a, b) {
      const common = Math.min(a.length, b.length);
      return compareKeys(a.slice(0, common), b.slice(0, common)) || b.length - a.length;
    },
  });

/** As if a key stood wherever its beginning does. */
export const beginningsAreEqual: Breaks = (disk) =>
  withRules(disk, {
    compare(a, b) {
      const common = Math.min(a.length, b.length);
      return compareKeys(a.slice(0, common), b.slice(0, common));
    },
  });

export const openEndsIncluded: Breaks = (disk) =>
  withRules(disk, { isIn: (key, { lower, upper }, compare) => RULES.isIn(key, { lower, upper }, compare) });

export const endsLeftOut: Breaks = (disk) =>
  withRules(disk, {
    isIn: (key, range, compare) => RULES.isIn(key, { ...range, lowerOpen: true, upperOpen: true }, compare),
  });

/** Whichever end is the lower one. */
export const rangesTurnedRound: Breaks = (disk) =>
  withRules(disk, {
    isIn(key, range, compare) {
      const { lower, upper } = range;
      const isTurned = lower !== undefined && upper !== undefined && compare(lower, upper) > 0;
      return RULES.isIn(key, isTurned ? { ...range, lower: upper, upper: lower } : range, compare);
    },
  });

/** As IndexedDB does. */
export const throwsForEmptyRanges: Breaks = (disk) =>
  withRules(disk, {
    isIn(key, range, compare) {
      const { lower, upper, lowerOpen, upperOpen } = range;
      if (lower !== undefined && upper !== undefined) {
        const direction = compare(lower, upper);
        if (direction > 0 || (direction === 0 && (lowerOpen || upperOpen)))
          throw new CheckpointStoreError("storage", "an empty range");
      }
      return RULES.isIn(key, range, compare);
    },
  });

/** As in IndexedDB's getAll. */
export const limitOfNoneIsAll: Breaks = (disk) =>
  withRules(disk, {
    page: (ordered, { limit, ...query }) => RULES.page(ordered, { ...query, limit: limit || undefined }),
  });

export const limitsBeforeOffsets: Breaks = (disk) =>
  withRules(disk, {
    page: (ordered, { limit = Infinity, offset = 0, ...query }) =>
      RULES.page(ordered, { ...query, limit }).slice(offset),
  });

export const limitsBeforeReversing: Breaks = (disk) =>
  withRules(disk, {
    page: (ordered, query) => RULES.page(RULES.page(ordered, { limit: query.limit }), { ...query, limit: undefined }),
  });

export const ignoresReverse: Breaks = (disk) =>
  withRules(disk, { page: (ordered, query) => RULES.page(ordered, { ...query, reverse: false }) });

export const ignoresOffset: Breaks = (disk) =>
  withRules(disk, { page: (ordered, query) => RULES.page(ordered, { ...query, offset: 0 }) });

export const tripsOverUndefined: Breaks = (disk) =>
  withRules(disk, {
    page(ordered, query) {
      if ("limit" in query && query.limit === undefined) return [];
      return RULES.page(ordered, query);
    },
  });

export const keysOfTheIndex: Breaks = (disk) =>
  withTransaction(disk, (transaction) => ({
    keys: async (collection, query) =>
      (await transaction.getAll<object>(collection, query)).map((record) => keyOf(record, collection, query?.index)),
  }));

export const getsByBeginning: Breaks = (disk) =>
  withTransaction(disk, (transaction) => ({
    async get(collection, key, index) {
      const isWhole = key.length === fieldsOf(collection, index).length;
      const range = isWhole ? { lower: key, upper: key } : { lower: key, upper: [...key, "\uffff\uffff"] };
      return (await transaction.getAll(collection, { range, index, limit: 1 }))[0] as never;
    },
  }));

/** Keeps keys in a form that not all of them survive. */
function withKeys(disk: Disk, encode: (element: string | number) => string | number): ReturnType<Breaks> {
  const encoded = (key: Key | undefined): Key | undefined => key?.map(encode);
  const inRange = (range: KeyRange | undefined): KeyRange | undefined =>
    range && { ...range, lower: encoded(range.lower), upper: encoded(range.upper) };
  const original = (record: object | undefined) => (record as { original?: unknown } | undefined)?.original as never;
  return withTransaction(disk, (transaction) => {
    const getAll = async (...[collection, query = {}]: Parameters<WriteTransaction["keys"]>) =>
      (await transaction.getAll<object>(collection, { ...query, range: inRange(query.range) })).map(original);
    return {
      get: async (collection, key, index) => original(await transaction.get(collection, encoded(key)!, index)),
      getAll,
      keys: async (collection, query) => (await getAll(collection, query)).map((record) => keyOf(record, collection)),
      put(collection, record) {
        const fields = Object.entries(record).flatMap(([field, value]) =>
          typeof value === "string" || typeof value === "number" ? [[field, encode(value)]] : [],
        );
        transaction.put(collection, { ...(Object.fromEntries(fields) as object), original: record });
      },
      delete: (collection, range) => transaction.delete(collection, inRange(range)!),
    };
  });
}

/** As UTF-8 does. */
export const replacesLoneSurrogates: Breaks = (disk) =>
  withKeys(disk, (element) => (typeof element === "string" ? element.replace(/\p{Surrogate}/gu, "\ufffd") : element));

/** As a string of C. */
export const endsStringsAtNul: Breaks = (disk) =>
  withKeys(disk, (element) => (typeof element === "string" ? element.split("\u0000")[0]! : element));

export const wholeNumbersOnly: Breaks = (disk) =>
  withKeys(disk, (element) => (typeof element === "number" ? Math.trunc(element) : element));
