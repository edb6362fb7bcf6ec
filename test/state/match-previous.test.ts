import fc from "fast-check";
import { expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { capture } from "../../src/state/capture.ts";
import { counterpartOf, ElementPlaces, KeyPlaces, partAt } from "../../src/state/match-previous.ts";
import { Container, setSource, type Copy } from "../../src/state/snapshot.ts";

const containerOf = (value: unknown) => capture(value).root as Container;

/** Where the elements of `now` are said to have stood in `before`: for a map, its keys. */
function placesIn(before: unknown, now: readonly unknown[], stride: 1 | 2 = 1): number[] {
  const places = new ElementPlaces(containerOf(before), { stride, copies: new WeakMap() });
  return now.map((value) => places.find(value));
}

const message = (n: number) => ({ id: `message ${n}`, role: "user", text: `what was said ${n}` });
const messages = (...numbers: number[]) => numbers.map(message);

test.each<[string, before: number[], now: number[]]>([
  ["nothing changed", [1, 2, 3], [1, 2, 3]],
  ["it has grown", [1, 2], [1, 2, 3, 4]],
  ["the window slid", [1, 2, 3], [2, 3, 4]],
  ["one was put in", [1, 2, 3], [1, 9, 2, 3]],
  ["one was put in front", [1, 2, 3], [9, 1, 2, 3]],
  ["one was put in near the end", [1, 2, 3], [1, 2, 9, 3]],
  ["one was taken out", [1, 2, 3, 4], [1, 3, 4]],
  ["one was replaced", [1, 2, 3], [1, 9, 3]],
  ["it was turned round", [1, 2, 3], [3, 2, 1]],
])("elements are found where they stood: %s", (_, before, now) => {
  const found = placesIn(messages(...before), messages(...now));
  // Of what is new it does not matter.
  const known = now.filter((n) => before.includes(n));
  expect(known.map((n) => found[now.indexOf(n)])).toEqual(known.map((n) => before.indexOf(n)));
});

test("what has grown is not looked for", () => {
  expect(placesIn(messages(1, 2), messages(1, 2, 1, 2))).toEqual([0, 1, 2, 3]);
});

test("what is equal is found wherever elements were put in and taken out", () => {
  const numbers = fc.uniqueArray(fc.nat(500), { maxLength: 30 });
  fc.assert(
    fc.property(numbers, fc.infiniteStream(fc.boolean()), numbers, (before, keeps, others) => {
      const kept = before.filter(() => keeps.next().value as boolean);
      const fresh = others.filter((n) => !before.includes(n));
      const now = [...kept];
      fresh.forEach((n, i) => now.splice((i * 7) % (now.length + 1), 0, n));
      const found = placesIn(messages(...before), messages(...now));
      kept.forEach((n) => expect(found[now.indexOf(n)]).toBe(before.indexOf(n)));
    }),
  );
});

test.each<[string, (n: number) => unknown]>([
  ["long texts", (n) => `${n}`.padEnd(300, ".")],
  ["dates", (n) => new Date(n * 1000)],
  ["lists", (n) => [n, "x"]],
  ["objects told by a date", (n) => ({ at: new Date(n) })],
  ["objects told by a long text", (n) => ({ text: `${n}`.padEnd(300, ".") })],
  ["objects told by a bigint", (n) => ({ n: BigInt(n) })],
  ["objects told by a fraction", (n) => ({ n: n / 1024 })],
  ["objects told by a time", (n) => ({ n: 1e12 + n * 2 ** 33 })],
  ["objects told by their sixth field", (n) => ({ a: {}, b: null, c: true, d: undefined, e: "", n })],
  ["dicts", (n) => Object.assign(Object.create(null) as object, { n })],
  ["errors", (n) => Object.assign(new Error(`${n}`), { stack: "" })],
])("elements of all kinds are told from each other: %s", (_, make) => {
  const before = [1, 2, 3, 4, 5].map(make);
  expect(placesIn(before, [3, 4, 5].map(make))).toEqual([2, 3, 4]);
});

test("instances are told by what they are made of", () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const { custom } = createSuperjsonCodec({ classes: { Money } });
  const pricesOf = (...all: number[]) => all.map((cents) => new Money(cents));
  const before = capture(pricesOf(1, 2, 3), { holding: { custom } }).root as Container;
  const places = new ElementPlaces(before, { stride: 1, copies: new WeakMap() });
  expect(pricesOf(2, 3).map((price) => places.find(price))).toEqual([1, 2]);
});

test("an element that changed beyond recognition is looked for after the one before it", () => {
  const now = [message(2), { other: true }, message(4)];
  expect(placesIn(messages(1, 2, 3, 4), now)).toEqual([1, 2, 3]);
});

test("of several that look the same, the next one is taken", () => {
  const twins = (count: number) => Array.from({ length: count }, () => ({ same: 1 }));
  expect(placesIn([{ first: 0 }, ...twins(3)], twins(3))).toEqual([1, 2, 3]);
  expect(placesIn([...twins(1), { first: 0 }, ...twins(2)], twins(3))).toEqual([0, 2, 3]);
});

test("short primitives are not looked for, but for the keys of a map, whose values follow them", () => {
  expect(placesIn([1, 2, 3, 4], [2, 3, 4])).toEqual([0, 1, 2]);
  const before = new Map([
    ["a", {}],
    ["b", {}],
    ["c", {}],
  ]);
  expect(placesIn(before, ["b", {}, "c", {}], 2)).toEqual([2, 3, 4, 5]);
  // A value is no key, even where one looks like it.
  expect(placesIn(before, ["a", "b", "b", {}], 2)).toEqual([0, 1, 2, 3]);
});

test("a key of a map may be any primitive, whatever stood in its place", () => {
  const keys = [null, undefined, 1, true, "a"];
  expect(placesIn(new Map(keys.map((_, i) => [{ i }, i])), keys.flatMap((key) => [key, 0]), 2)).toHaveLength(10); // prettier-ignore
});

test("an element that the store has copied before is not looked for", () => {
  const list = messages(1, 2, 3);
  const before = capture(list).root as Container;
  const copies = new WeakMap<object, Copy>([[list[2]!, before.children[2] as Copy]]);
  expect(new ElementPlaces(before, { stride: 1, copies }).find(list[2])).toBe(0);
});

test("a part is found by the way to it, as far as that is the same", () => {
  const root = containerOf([0, { a: 1, b: new Map([["k", [5]]]) }, Object.assign([], { 3: ["deep"] })]);
  expect(partAt([], root)).toBe(root);
  expect(partAt([1, 1, 1, 0], root)).toBe(5);
  expect(partAt([2, 0, 0], root)).toBe("deep");
  expect(partAt([0, 0], root)).toBeUndefined();
  expect(partAt([9], root)).toBeUndefined();
});

test("keys are found in whatever order", () => {
  const places = new KeyPlaces(["a", "b", "c", "d"], 0);
  expect(["a", "c", "d", "b", "x", "c"].map((key) => places.find(key))).toEqual([0, 2, 3, 1, -1, 2]);
  expect(new KeyPlaces(["a", "b"], 1).find("b")).toBe(1);
});

test("the counterpart of an object is its own copy, or else what stood in its place", () => {
  const [own, other] = [new Container("array", []), new Container("array", [])];
  const [value, stranger] = [[], []];
  setSource(own, value);
  const copies = new WeakMap<object, Copy>([[value, own]]);
  expect(counterpartOf(value, { stood: own, copies: new WeakMap() })).toBe(own);
  expect(counterpartOf(value, { stood: other, copies })).toBe(own);
  expect(counterpartOf(stranger, { stood: other, copies })).toBe(other);
  expect(counterpartOf(stranger, { stood: "text", copies })).toBeUndefined();
  // Since then the copy was found equal to another object: it is that one's.
  setSource(own, stranger);
  expect(counterpartOf(value, { stood: other, copies })).toBe(other);
});
