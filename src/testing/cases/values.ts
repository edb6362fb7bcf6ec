import { createCheckpoint } from "../../core/checkpoint.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { assert, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { show } from "../equality.ts";
import { noise } from "../steps.ts";

type Make = () => unknown;

function sparse(...at: readonly number[]): unknown[] {
  const array: unknown[] = [];
  for (const index of at) array[index] = `at ${index}`;
  return array;
}

const LONG = 20_000;

/** What the names of large values say. */
const LARGE = /long|many|levels|far beyond|200 kB/;

/** What an agent's state is made of. Each must come back equal: refusing it is no way out. */
const VALUES: Readonly<Record<string, Make>> = {
  "an empty object": () => ({}),
  "an empty array": () => [],
  undefined: () => undefined,
  null: () => null,
  "true and false": () => [true, false],
  numbers: () => [0, -0, 1, -1.5, Number.NaN, Infinity, -Infinity, 5e-324, 1.7e308, 2 ** 53 + 2, 0.1 + 0.2],
  bigints: () => [0n, -1n, 2n ** 64n, -(10n ** 400n)],
  strings: () => ["", "text", "\u0000", "\u2028\u2029", '\n\t"\\', "é e\u0301", "👩‍🚀"],
  "strings that are not well-formed": () => ["\ud800", "\udc00\ud800", "a\udfff"],
  "strings that look like something else": () => [
    "undefined",
    "NaN",
    "-0",
    "1n",
    "null",
    "{}",
    "[]",
    "$ref",
    "@1",
    "__proto__",
    "2026-01-01T00:00:00.000Z",
  ],
  "long strings": () => [noise(1, LONG), "é".repeat(LONG), "👩‍🚀".repeat(LONG / 5), "\ud800".repeat(LONG)],
  "undefined fields": () => ({ a: undefined, b: { c: undefined }, d: [undefined, { e: undefined }] }),
  "undefined and null elements": () => [undefined, null, undefined],
  "the order of keys": () => ({ z: 1, a: 2, m: { y: 1, b: 2 }, 10: "ten", 9: "nine", "-1": "minus one" }),
  "keys of every sort": () => ({
    "": 1,
    " ": 2,
    ".": 3,
    "a.b": 4,
    "[0]": 5,
    "\u0000": 6,
    "\\": 7,
    '"': 8,
    é: 9,
    "e\u0301": 10,
    "\ud800": 11,
    toString: 12,
    hasOwnProperty: 13,
    length: 14,
    then: 15,
    toJSON: 16,
    valueOf: 17,
    json: 18,
    meta: 19,
    values: 20,
  }),
  "the keys constructor, prototype and __proto__": () => ({
    constructor: { prototype: { a: 1 } },
    prototype: ["b"],
    ["__proto__"]: { polluted: true },
    nested: { list: [{ ["__proto__"]: null, constructor: "c" }] },
  }),
  "many keys": () => Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`key ${n}`, { n }])),
  "many elements": () => Array.from({ length: 5_000 }, (_, n) => (n % 3 === 0 ? { n } : n)),
  "arrays of arrays": () => [[], [[]], [[[1]], [2]], [[], [undefined]]],
  "sparse arrays": () => [sparse(1), sparse(0, 3), sparse(2, 40), new Array<unknown>(3)],
  "an array whose length is far beyond its elements": () => {
    const array = sparse(0, 2);
    array.length = 1_000;
    return array;
  },
  "objects without a prototype": () => {
    const bare = (fields: object) => Object.assign(Object.create(null) as object, fields);
    return [bare({}), bare({ a: 1, b: undefined, ["constructor"]: bare({ c: [{}] }) })];
  },
  dates: () => [new Date(0), new Date(-1), new Date(8.64e15), new Date(Number.NaN)],
  "regular expressions": () => [/a/, /[/\]]+"\n/giu, new RegExp(""), /(?<year>\d{4})/dy],
  URLs: () => [new URL("https://user:pw@a.example:8080/p%20q?x=1&x=2#h"), new URL("data:,x")],
  maps: () => [
    new Map(),
    new Map<unknown, unknown>([
      ["z", 1],
      ["a", undefined],
      [1, "one"],
      ["1", "string"],
      [Number.NaN, null],
    ]),
    new Map<unknown, unknown>([
      [{ key: "object" }, [1]],
      [[2], ["list"]],
      [new Date(1), new Map([[2n, false]])],
    ]),
  ],
  sets: () => [
    new Set(),
    new Set([3, 1, 2, undefined, null, Number.NaN, "1", 1n]),
    new Set([{ a: 1 }, [new Set(["in"])]]),
  ],
  "maps and sets of many entries": () => ({
    map: new Map(Array.from({ length: 2_000 }, (_, n) => [`key ${n}`, { n }])),
    set: new Set(Array.from({ length: 2_000 }, (_, n) => `entry ${n}`)),
  }),
  errors: () => [
    new Error("plain"),
    new TypeError("typed"),
    new RangeError(""),
    Object.assign(new Error("named"), { name: "Abort" }),
  ],
  "errors with causes": () => [
    new Error("outer", { cause: new TypeError("inner", { cause: { code: [1, undefined] } }) }),
    new Error("undefined cause", { cause: undefined }),
  ],
  "4,990 levels of objects": () => {
    let state: unknown = { bottom: true };
    for (let level = 0; level < 4_990; level++) state = { level, down: state };
    return state;
  },
  "4,990 levels of arrays and maps": () => {
    let state: unknown = ["bottom"];
    for (let level = 0; level < 2_495; level++) state = new Map([["down", [level, state]]]);
    return state;
  },
};

/** Where a value is put: it is the whole state, and stands in all sorts of places within one. */
const PLACES: readonly ((make: Make) => unknown)[] = [
  (make) => make(),
  (make) => ({ before: 1, value: make(), list: [make(), "between", { deep: make() }], after: 2 }),
  (make) => ({ before: 2, value: make(), list: [make(), "changed", { deep: make() }], after: 2 }),
  (make) => [new Map([["value", make()]]), new Set([[make()]])],
];

/** Of large values, whose size is what may go wrong: each place takes as long as a hundred small ones. */
const PLACES_OF_LARGE: typeof PLACES = [PLACES[0]!, (make) => [new Map([["value", make()]])]];

/** A value in each of its places; saved once more when it is at hand already. */
export function keptCase(topic: string, what: string, make: Make): ConformanceCase {
  const places = LARGE.test(what) ? PLACES_OF_LARGE : PLACES;
  return {
    name: `${topic}: ${what}`,
    async run({ open }) {
      const store = await open();
      const states: Make[] = places.map((place) => () => place(make));
      const ids = states.map(() => crypto.randomUUID());
      for (const [index, state] of states.entries()) {
        await store.saveWithTrace("trace", createCheckpoint(state(), { id: ids[index]!, createdAt: 1 }));
      }
      for (const [index, state] of states.entries()) {
        await assertLoads(store, createCheckpoint(state(), { id: ids[index]!, createdAt: 1 }));
      }
      // What was loaded is known for what is stored.
      for (const id of ids) await store.saveWithTrace("trace", (await store.load(id))!);
    },
  };
}

/** What is said of a checkpoint's metadata. */
const SMALL = Object.entries(VALUES).filter(([what]) => !LARGE.test(what));

/** Plain values and the objects of the language come back as they were. */
export const valueCases: readonly ConformanceCase[] = [
  ...Object.entries(VALUES).map(([what, make]) => keptCase("values", what, make)),
  ...SMALL.map(([what, make]): ConformanceCase => ({
    name: `values: ${what}, in metadata, come back equal or are refused`,
    async run({ open }) {
      const store = await open();
      const checkpoint = () => createCheckpoint(1, { id: "id", createdAt: 1, metadata: { value: make() } });
      try {
        await store.saveWithTrace("trace", checkpoint());
      } catch (error) {
        assert(isCheckpointStoreError(error, "serialization"), `refused with ${show(error)}, not as serialization`);
        assert(error.path?.startsWith("metadata.value") === true, `the path should lead there, but is ${error.path}`);
        await assertHas(store, "trace", []);
        return;
      }
      await assertHas(store, "trace", [checkpoint()]);
    },
  })),
];
