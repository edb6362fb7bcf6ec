import fc from "fast-check";
import { expect, test } from "vitest";
import { capture } from "../../src/state/capture.ts";
import { isSameState, sameBytes, sameSlot } from "../../src/state/equality.ts";
import { Alias, Anchor, Atom, Container, Text } from "../../src/state/snapshot.ts";
import { copyOf } from "../conformance/known-bad/copy.ts";
import { anyValue } from "../conformance/model/values.ts";

const rootOf = (value: unknown) => (value instanceof Container ? value : capture(value).root);
const long = "x".repeat(300);

function holed(length: number): unknown[] {
  const list: unknown[] = [1];
  list.length = length;
  return list;
}

function ring(length: number): object {
  const first: { next?: object } = {};
  let last: object = first;
  for (let n = 1; n < length; n += 1) last = { next: last };
  first.next = last;
  return first;
}

const exception = (name: string) => new Container("error", [], { detail: ["DOMException", "m", name] });
const shared = {};
const date = new Date(1);
const DIFFERENT: readonly (readonly [string, unknown, unknown])[] = [
  ["-0 and 0", [0], [-0]],
  ["undefined and nothing", { a: undefined }, {}],
  ["keys in another order", { a: 1, b: 1 }, { b: 1, a: 1 }],
  ["other keys", { a: 1 }, { b: 1 }],
  ["an object and a dict", {}, Object.create(null)],
  ["a list and a set", [1], new Set([1])],
  ["a hole and undefined", holed(2), [1, undefined]],
  ["lengths of holes", holed(3), holed(4)],
  ["classes of errors", Object.assign(new Error("m"), { stack: "" }), Object.assign(new TypeError("m"), { stack: "" })],
  ["names of a DOMException", exception("AbortError"), exception("DataError")],
  ["texts", `${long}a`, `${long}b`],
  ["a text and a short one", long, "x"],
  ["dates", new Date(1), new Date(2)],
  ["a date and its time", new Date(1), 1],
  ["classes of atoms", /x/, "/x/"],
  ["bytes", Uint8Array.of(1), Uint8Array.of(2)],
  ["classes of bytes", Uint8Array.of(1), Int8Array.of(1)],
  ["one object in two places, and two", [shared, shared], [{}, {}]],
  ["two objects, and one in two places", [{}, {}], [shared, shared]],
  ["which of them are one", [shared, shared, {}], [shared, {}, shared]],
  ["one date in two places, and two", [date, date], [new Date(1), new Date(1)]],
  ["rings of another length", ring(2), ring(3)],
];

test.each(DIFFERENT)("%s are not the same state", (_, a, b) => {
  expect(isSameState(rootOf(a), rootOf(b))).toBe(false);
  expect(isSameState(rootOf(b), rootOf(a))).toBe(false);
  expect(isSameState(rootOf(a), rootOf(a))).toBe(true);
});

test("whatever a state is, an equal one is the same, which shares nothing with it", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(isSameState(rootOf(value), rootOf(copyOf(value)))).toBe(true);
    }),
  );
});

test("with atoms by value, one date in two places is as good as two", () => {
  const [one, two] = [rootOf([date, date]), rootOf([new Date(1), new Date(1)])];
  expect(isSameState(one, two, { atomsByValue: true })).toBe(true);
  expect(isSameState(one, rootOf([date, new Date(2)]), { atomsByValue: true })).toBe(false);
});

test("bytes are compared wherever they lie in a buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.nat(3), fc.nat(3), fc.nat(), (bytes, before, after, at) => {
      const inBuffer = (offset: number) => {
        const view = new Uint8Array(new ArrayBuffer(offset + bytes.length), offset);
        view.set(bytes);
        return view;
      };
      const [a, b] = [inBuffer(before), inBuffer(after)];
      expect(sameBytes(a, b)).toBe(true);
      expect(sameBytes(a, Uint8Array.of(...b, 0))).toBe(false);
      if (bytes.length === 0) return;
      b[at % bytes.length]! ^= 1;
      expect(sameBytes(a, b)).toBe(false);
    }),
  );
});

test("a place of one snapshot holds the same as one of the next where the node is the same, or the value", () => {
  const [list, anchor] = [new Container("array", []), new Anchor()];
  const dateOf = (time: number, named?: Anchor) => new Atom(time, new Date(time), named);
  expect(sameSlot(list, list)).toBe(true);
  expect(sameSlot(list, new Container("array", []))).toBe(false);
  expect(sameSlot(new Text(long), new Text(long))).toBe(false);
  expect(sameSlot(Number.NaN, Number.NaN)).toBe(true);
  expect(sameSlot(0, -0)).toBe(false);
  expect(sameSlot(dateOf(1), dateOf(1))).toBe(true);
  expect(sameSlot(dateOf(1), dateOf(2))).toBe(false);
  expect(sameSlot(dateOf(1), dateOf(1, anchor))).toBe(false);
  expect(sameSlot(dateOf(1), 1)).toBe(false);
  expect(sameSlot(new Alias(anchor), new Alias(anchor))).toBe(true);
  expect(sameSlot(new Alias(anchor), new Alias(new Anchor()))).toBe(false);
});
