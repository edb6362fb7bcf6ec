import { compareKeys, type CollectionName, type Key } from "../../../src/core/backend.ts";
import { connectionTo, type Disk } from "../connection.ts";
import { keyOf, withPut, withTransaction, type Breaks } from "./broken.ts";

/** Takes its copy when it gets round to it. */
export const copiesLate: Breaks = (disk) =>
  withPut(disk, async (transaction, ...write) => {
    await Promise.resolve();
    transaction.put(...write);
  });

/** Hands out the very objects that it was given. */
export const sharesWithItsCaller: Breaks = (disk) => {
  const given: (readonly [CollectionName, Key, object])[] = [];
  const shared = (collection: CollectionName, record: object | undefined) =>
    record &&
    ([...given]
      .reverse()
      .find(([name, key]) => name === collection && compareKeys(key, keyOf(record, collection)) === 0)?.[2] ??
      record);
  return withTransaction(disk, (transaction) => ({
    get: async (collection, ...question) => shared(collection, await transaction.get(collection, ...question)) as never,
    getAll: async (collection, query) =>
      (await transaction.getAll<object>(collection, query)).map((record) => shared(collection, record)) as never,
    put(collection, record) {
      given.push([collection, keyOf(record, collection), record]);
      transaction.put(collection, record);
    },
  }));
};

/** Reads each record once, and hands out that object from then on. */
export const handsOutItsOwn: Breaks = (disk) => {
  const own = new Map<string, unknown>();
  const kept = (collection: CollectionName, record: object | undefined) => {
    const place = JSON.stringify([collection, record && keyOf(record, collection)]);
    if (record !== undefined && !own.has(place)) own.set(place, record);
    return own.get(place);
  };
  return withTransaction(disk, (transaction) => ({
    get: async (collection, ...question) => kept(collection, await transaction.get(collection, ...question)) as never,
    getAll: async (collection, query) =>
      (await transaction.getAll<object>(collection, query)).map((record) => kept(collection, record)) as never,
  }));
};

export const handsOutItsKeys: Breaks = (disk) => {
  const own = new Map<string, readonly Key[]>();
  return withTransaction(disk, (transaction) => ({
    async keys(collection, query) {
      const place = JSON.stringify([collection, query]);
      if (!own.has(place)) own.set(place, await transaction.keys(collection, query));
      return [...own.get(place)!];
    },
  }));
};

/** Stores each part of a record as `spoil` has it, if it returns something else. */
function spoiling(disk: Disk, spoil: (value: unknown) => unknown): ReturnType<Breaks> {
  const known = new Map<unknown, unknown>();
  const spoiled = (value: unknown): unknown => {
    const other = spoil(value);
    if (other !== value || typeof value !== "object" || value === null) return other;
    if (known.has(value)) return known.get(value);
    if (Array.isArray(value)) {
      const copy = Object.assign([] as unknown[], { length: value.length });
      known.set(value, copy);
      for (const [key, item] of Object.entries(value)) copy[Number(key)] = spoiled(item);
      return copy;
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    const copy: Record<string, unknown> = {};
    known.set(value, copy);
    for (const [key, item] of Object.entries(value)) copy[key] = spoiled(item);
    return copy;
  };
  return withTransaction(disk, (transaction) => ({
    put: (collection, record) => transaction.put(collection, spoiled(record) as object),
  }));
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

export const repairsSurrogates: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value));

export const cutsAtNul: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "string" ? value.split("\u0000")[0] : value));

export const losesNaN: Breaks = (disk) => spoiling(disk, (value) => (Number.isNaN(value) ? null : value));

export const losesTheSignOfZero: Breaks = (disk) => spoiling(disk, (value) => (value === 0 ? 0 : value));

export const roundsBigInts: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "bigint" ? BigInt.asIntN(64, value) : value));

export const booleansAsNumbers: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "boolean" ? Number(value) : value));

export const dropsUndefined: Breaks = (disk) =>
  spoiling(disk, (value) =>
    isPlain(value) && Object.values(value).includes(undefined)
      ? Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
      : value,
  );

export const datesAsText: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof Date ? JSON.stringify(value) : value));

export const expressionsWithoutFlags: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof RegExp ? new RegExp(value.source) : value));

export const sortsMaps: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof Map ? new Map([...value].sort()) : value));

export const fillsHoles: Breaks = (disk) =>
  spoiling(disk, (value) =>
    Array.isArray(value) && Object.keys(value).length < value.length ? Array.from(value) : value,
  );

export const sortsFields: Breaks = (disk) =>
  spoiling(disk, (value) =>
    isPlain(value) && "a.b" in value ? Object.fromEntries(Object.entries(value).sort()) : value,
  );

export const separatesParts: Breaks = (disk) =>
  spoiling(disk, (value) =>
    isPlain(value) && "ring" in value ? { ...value, one: structuredClone(value.one) } : value,
  );

/** Down to ten levels. */
export const cutsDeepValues: Breaks = (disk) =>
  spoiling(disk, (value) => {
    let inner: unknown = value;
    for (let level = 0; level < 10; level++)
      inner = Array.isArray(inner) ? inner[0] : (inner as { value?: unknown })?.value;
    return inner === undefined ? value : null;
  });

export const emptyBytesAreNothing: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof Uint8Array && value.length === 0 ? null : value));

export const wholeBuffers: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof Uint8Array ? new Uint8Array(value.buffer) : value));

export const allViewsAreBytes: Breaks = (disk) =>
  spoiling(disk, (value) =>
    ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value,
  );

export const cutsLongText: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "string" ? value.slice(0, 1_000_000) : value));

export const cutsManyBytes: Breaks = (disk) =>
  spoiling(disk, (value) => (value instanceof Uint8Array ? value.subarray(0, 1_000_000) : value));

/** As JSON has it. */
export const blobsAsNothing: Breaks = (disk) => spoiling(disk, (value) => (value instanceof Blob ? {} : value));

export const dropsFunctions: Breaks = (disk) =>
  spoiling(disk, (value) => (typeof value === "function" || typeof value === "symbol" ? undefined : value));

export const throwsCloneErrors: Breaks = (disk) =>
  connectionTo({
    ...disk,
    write: (work) =>
      disk.write(work).catch((error: unknown) => {
        throw (error as { code?: string }).code === "serialization" ? (error as Error).cause : error;
      }),
  });
