import { expect, test } from "vitest";
import { Refusal, shapeOf } from "../../src/state/classify.ts";
import { errorKeys, hasHoles, partsOf, refuseLostProperties, sparseEntries, stepTo } from "../../src/state/parts.ts";

function holed(): unknown[] {
  const list: unknown[] = ["a"];
  list[3] = "d";
  return list;
}

test("a dense array has no entries of its own, and an array with holes those that are filled", () => {
  expect(sparseEntries([])).toBeUndefined();
  expect(sparseEntries([undefined, 1])).toBeUndefined();
  expect(sparseEntries(holed())).toEqual([0, "a", 3, "d"]);
  const empty: unknown[] = [];
  empty.length = 2;
  expect(sparseEntries(empty)).toEqual([]);
  expect([[], [undefined], holed(), empty].map(hasHoles)).toEqual([false, false, true, true]);
});

test("what an array has beside its elements is refused, where holes make up for the number, too", () => {
  expect(() => sparseEntries(Object.assign([1, 2], { total: 3 }))).toThrow('is an array with the property "total"');
  const made: unknown[] = [];
  made.length = 1;
  expect(() => sparseEntries(Object.assign(made, { total: 3 }))).toThrow('is an array with the property "total"');
  expect(() => sparseEntries(Object.assign([1], { [Symbol("s")]: 1 }))).toThrow(Refusal);
});

test("what a copy of an object would lose is refused", () => {
  const refuse = (value: object) => () => refuseLostProperties(value, Object.keys(value));
  expect(refuse({ a: 1, b: undefined, __proto__: null })).not.toThrow();
  expect(refuse(JSON.parse('{"__proto__":1,"constructor":2}') as object)).not.toThrow();
  expect(refuse({ a: 1, [Symbol("s")]: 1 })).toThrow("has a symbol as a key");
  expect(refuse(Object.defineProperty({ a: 1 }, "h", { value: 1 }))).toThrow('"h", which is not enumerable');
  const reading = {
    a: 1,
    get now() {
      return 1;
    },
  };
  expect(refuse(reading)).toThrow('has the accessor "now"');
});

test("an error is its message, stack and cause, and what it was given beside", () => {
  const error = Object.assign(new Error("m", { cause: 1 }), { code: "E" });
  expect(errorKeys(error)).toEqual(["message", "cause", "stack", "code"]);
  expect(() => errorKeys(Object.defineProperty(new Error("m"), "secret", { value: 1 }))).toThrow("not enumerable");
  expect(() => errorKeys(Object.defineProperty(new Error("m"), "message", { get: () => "" }))).toThrow("accessor");
  expect(() => errorKeys(Object.assign(new Error("m"), { [Symbol("s")]: 1 }))).toThrow("symbol");
  expect(errorKeys(Object.defineProperty(new Error("m"), Symbol("mark"), { value: 1 }))).toContain("message");
});

const custom = {
  nameOf: (value: object) => (value instanceof URL ? "url" : undefined),
  takeApart: (_: string, value: object) => [String(value)],
  make: () => ({}),
};

test.each<[value: object, parts: unknown[], steps: string[]]>([
  [{ a: 1, "b c": 2, ä: 3, "1": 4 }, [4, 1, 2, 3], ['["1"]', ".a", '["b c"]', ".ä"]],
  [
    ["a", "b"],
    ["a", "b"],
    ["[0]", "[1]"],
  ],
  [holed(), ["a", "d"], ["[0]", "[3]"]],
  [
    new Map<unknown, unknown>([
      ["k", 1],
      [2, "v"],
      [{}, 3],
    ]),
    ["k", 1, 2, "v", {}, 3],
    [".keys()[0]", '.get("k")', ".keys()[1]", ".get(2)", ".keys()[2]", ".values()[2]"],
  ],
  [new Set(["a"]), ["a"], [".values()[0]"]],
  [new URL("https://a.example/"), [["https://a.example/"]], [""]],
  [new DOMException("m"), [], []],
  [new Date(), [], []],
])("the parts of %o, and the way to each", (value, parts, steps) => {
  const shape = shapeOf(value, { custom });
  expect(partsOf(value, shape, { custom })).toEqual(parts);
  expect(parts.map((_, index) => stepTo(index, { value, shape }))).toEqual(steps);
});

test("the parts of an error are told by the names of its properties", () => {
  const error = new Error("m", { cause: "c" });
  const parts = partsOf(error, "error", {});
  expect(stepTo(parts.indexOf("c"), { value: error, shape: "error" })).toBe(".cause");
});

test("an instance that can't be taken apart says why", () => {
  const failing = {
    ...custom,
    takeApart: () => {
      throw new Error("its door is shut");
    },
  };
  expect(() => partsOf(new URL("https://a.example/"), "instance", { custom: failing })).toThrow("its door is shut");
  const itself = { ...custom, takeApart: (_: string, value: object) => value };
  expect(() => partsOf(new URL("https://a.example/"), "instance", { custom: itself })).toThrow("into itself");
});
