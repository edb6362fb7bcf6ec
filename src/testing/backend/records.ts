import { assert, assertEqual, assertRefused } from "../assertions.ts";
import { noise, noiseBytes } from "../steps.ts";
import { collections, contentOf, keyIn, ordersOf, readAll, recordOf, store, type KitRecord } from "./collections.ts";
import type { BackendCase, BackendFeature } from "./subject.ts";

const somewhere = collections[0]!;
const [primary] = ordersOf(somewhere);
const keyOf = (n: number) => keyIn(primary, recordOf(somewhere, n));

interface Content {
  list: number[];
  map: Map<string, Date>;
  bytes: Uint8Array;
}

function make(): Content {
  return { list: [1, 2], map: new Map([["at", new Date(5)]]), bytes: new Uint8Array([1, 2, 3]) };
}

function spoil(record: KitRecord | undefined): void {
  const content = record!.content as Content;
  content.list.push(9);
  content.map.get("at")!.setTime(9);
  content.map.set("spoiled", new Date(9));
  content.bytes[0] = 9;
  (record as { content: unknown }).content = "spoiled";
}

/** Whatever goes in or comes out is a copy. */
const copyCases: readonly BackendCase[] = [
  {
    name: "records: put takes its copy at once",
    async run({ open }) {
      const backend = await open();
      await backend.write(async (transaction) => {
        const record = recordOf(somewhere, 1, { content: make() });
        transaction.put(somewhere, record);
        spoil(record);
        await transaction.get(somewhere, keyOf(1));
      });
      await assertEqual(await contentOf(backend, somewhere, 1), make(), "a record that was changed after the put");
    },
  },
  {
    name: "records: one that was put can be changed once it is stored",
    async run({ open }) {
      const backend = await open();
      const record = recordOf(somewhere, 1, { content: make() });
      await store(backend, somewhere, [record]);
      spoil(record);
      await assertEqual(await contentOf(backend, somewhere, 1), make(), "a record that was changed once it was stored");
    },
  },
  {
    name: "records: each that is read is a copy of its own, within a transaction too",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1, { content: make() })]);
      const read = () => backend.read((transaction) => transaction.get<KitRecord>(somewhere, keyOf(1)));
      const before = await read();
      await backend.write(async (transaction) => {
        const [one, [another]] = [
          await transaction.get<KitRecord>(somewhere, keyOf(1)),
          await transaction.getAll<KitRecord>(somewhere),
        ];
        spoil(one);
        await assertEqual(another?.content, make(), "a record that was read twice, after one copy was changed");
        spoil(another);
        const third = await transaction.get<KitRecord>(somewhere, keyOf(1));
        await assertEqual(third?.content, make(), "a record that is read after copies of it were changed");
        spoil(third);
      });
      await assertEqual(before?.content, make(), "a record that was read before copies of it were changed");
      spoil(before);
      await assertEqual((await read())?.content, make(), "a record that is read after copies of it were changed");
    },
  },
  {
    name: "records: keys that are read are copies too",
    async run({ open }) {
      const backend = await open();
      await store(backend, somewhere, [recordOf(somewhere, 1)]);
      const read = () => backend.read((transaction) => transaction.keys(somewhere));
      for (const key of await read()) (key as (string | number)[]).fill("spoiled");
      await assertEqual(await read(), [keyOf(1)], "keys that are read after others were changed");
      await assertEqual(await readAll(backend, somewhere), [recordOf(somewhere, 1)], "the records");
    },
  },
];

function inTwoPlaces(): unknown {
  const part = { list: [1, 2] };
  const ring: unknown[] = [part];
  ring.push(ring);
  return { one: part, other: part, ring, map: new Map([[part, part]]) };
}

function sparse(): unknown {
  const list: unknown[] = [1, undefined];
  list[4] = null;
  list.length = 6;
  return [list, [undefined, null], []];
}

function views(): unknown {
  const bytes = noiseBytes(1, 64);
  return [
    new Uint8Array(bytes.buffer, 5, 7),
    new Uint16Array(noiseBytes(2, 64).buffer, 6, 5),
    new DataView(noiseBytes(3, 64).buffer, 3, 10),
    new Uint8Array(noiseBytes(4, 64).buffer, 64, 0),
  ];
}

function nested(levels: number): unknown {
  let value: unknown = "inmost";
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

/** Kinds of values, and what a record holds of each. */
const VALUES: readonly (readonly [kind: string, make: () => unknown, ...needs: BackendFeature[]])[] = [
  ["strings of any code units", () => ["", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\ud83d\ude00", "\uffff"]],
  ["numbers, NaN, -0 and infinite ones too", () => [0, -0, 1.5, -1e-300, 2 ** 53, NaN, Infinity, -Infinity]],
  ["bigints", () => [0n, -1n, 2n ** 64n, -(2n ** 100n)]],
  ["booleans and null", () => ({ yes: true, no: false, nothing: null })],
  ["undefined fields, which are not absent", () => ({ there: undefined, more: [{ also: undefined }] })],
  ["undefined", () => undefined],
  ["dates, invalid ones too", () => [new Date(0), new Date(-1.7e12), new Date(NaN)]],
  ["regular expressions", () => [/a+\/b/giu, /^$/m]],
  [
    "maps and sets, in their order",
    () => [
      new Map<unknown, unknown>([
        [2, "b"],
        ["1", new Map([[NaN, -0]])],
        [{ a: 1 }, undefined],
      ]),
      new Set([3, "1", 2]),
    ],
  ],
  ["arrays, sparse ones too", sparse],
  ["the order of fields", () => ({ b: 1, a: { z: 1, y: 2 }, "10": 1, "9": 2, ä: 3, "": 4, "a.b": 5, "\u0000": 6 })],
  ["one object in several places, and one in itself", inTwoPlaces],
  ["a hundred levels of nesting", () => nested(100)],
  ["bytes", () => [new Uint8Array(), noiseBytes(1, 1_000), new Uint8Array([0, 0, 255, 0])]],
  ["views of a part of a buffer", views],
  [
    "buffers and typed arrays",
    () => [
      new ArrayBuffer(0),
      noiseBytes(5, 33).buffer,
      new Int8Array([-1, 2]),
      new Uint8ClampedArray([1, 255]),
      new Int32Array([-(2 ** 31)]),
      new Float32Array([1.5, NaN]),
      new Float64Array([-0, Infinity]),
      new BigInt64Array([-1n]),
      new DataView(noiseBytes(6, 8).buffer),
    ],
  ],
  ["text of 2 MB", () => noise(1, 2_000_000)],
  ["bytes of 2 MB", () => noiseBytes(1, 2_000_000)],
  [
    "blobs",
    () => [new Blob(["a", "\u00e9"], { type: "text/plain" }), new Blob([noiseBytes(7, 99)]), new Blob()],
    "blobs",
  ],
];

const valueCases = VALUES.map(([kind, make, ...needs]): BackendCase => ({
  name: `values: ${kind}`,
  needs,
  async run({ open }) {
    const backend = await open();
    await store(backend, somewhere, [recordOf(somewhere, 1, { content: make() })]);
    const read = await backend.read(async (transaction) => ({
      one: await transaction.get<KitRecord>(somewhere, keyOf(1)),
      all: await transaction.getAll<KitRecord>(somewhere),
    }));
    await assertEqual(read.one, recordOf(somewhere, 1, { content: make() }), "the record");
    await assertEqual(read.all, [recordOf(somewhere, 1, { content: make() })], "getAll");
  },
}));

/** Records come back as they were given, or are refused. */
export const recordCases: readonly BackendCase[] = [
  ...copyCases,
  ...valueCases,
  {
    name: "values: what can't be stored is refused as serialization, and nothing of the write is stored",
    async run({ open }) {
      const backend = await open();
      for (const content of [() => 1, Symbol("s"), { deep: [() => 1] }]) {
        const write = (isCaught: boolean) =>
          backend.write(async (transaction) => {
            transaction.put(somewhere, recordOf(somewhere, 1));
            try {
              transaction.put(somewhere, recordOf(somewhere, 2, { content }));
            } catch (error) {
              if (!isCaught) throw error;
            }
          });
        await assertRefused(() => write(false), "serialization", "a record that holds what can't be cloned");
        await assertRefused(() => write(true), "serialization", "such a record, passed over by the work");
      }
      await assertEqual(await readAll(backend, somewhere), [], "what is stored");
    },
  },
  {
    name: "values: a blob comes back whole, or is refused as serialization",
    async run({ open }) {
      const backend = await open();
      const record = recordOf(somewhere, 1, { content: new Blob(["a blob"]) });
      const outcome = await store(backend, somewhere, [record]).then(
        () => "stored",
        (error: unknown) => assertRefused(() => Promise.reject(error), "serialization", "a record that holds a blob"),
      );
      const expected = outcome === "stored" ? [record] : [];
      assert((await readAll(backend, somewhere)).length === expected.length, "a blob is stored, or the write fails");
      await assertEqual(await readAll(backend, somewhere), expected, "what is stored");
    },
  },
];
