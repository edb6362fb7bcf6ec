import { expect, test } from "vitest";
import { isContainer, Refusal, shapeOf, type Shape } from "../../src/state/classify.ts";

class Point {
  readonly x = 1;
}
class Registry extends Map<unknown, unknown> {}
class Failure extends Error {}

const KNOWN: readonly (readonly [Shape, unknown])[] = [
  ["object", {}],
  ["object", structuredClone({})],
  ["dict", Object.create(null)],
  ["array", []],
  ["map", new Map()],
  ["set", new Set()],
  ["error", new Error("m")],
  ["error", new AggregateError([])],
  ["error", new DOMException("m", "AbortError")],
  ["bytes", new Uint8Array(1)],
  ["bytes", new DataView(new ArrayBuffer(1))],
  ["bytes", new ArrayBuffer(1)],
  ["blob", new Blob([])],
  ["blob", new File([], "f")],
  ["date", new Date()],
  ["regexp", /x/g],
  ["url", new URL("https://a.example")],
];

test.each(KNOWN)("%s", (shape, value) => {
  expect(shapeOf(value as object, {})).toBe(shape);
  const isWithoutParts = ["bytes", "blob", "date", "regexp", "url"].includes(shape);
  expect(isContainer(shape)).toBe(!isWithoutParts);
});

const resizable = () => Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]) as ArrayBuffer;
const canResize = (resizable() as { resizable?: boolean }).resizable === true;

const REFUSED: readonly (readonly [string, () => unknown])[] = [
  ["is an instance of Point", () => new Point()],
  ["is an instance of Registry", () => new Registry()],
  ["is an instance of Failure", () => new Failure()],
  ["is an instance of Promise", () => Promise.resolve()],
  ["is an instance of WeakMap", () => new WeakMap()],
  ["an unnamed class", () => Object.create(Object.create(null) as object) as object],
  ['is a Map with the property "label"', () => Object.assign(new Map(), { label: 1 })],
  ['is a Date with the property "zone"', () => Object.assign(new Date(1), { zone: 1 })],
  ['is a Set with the property "hidden"', () => Object.defineProperty(new Set(), "hidden", { value: 1 })],
  ["is a Map with a symbol as a key", () => Object.assign(new Map(), { [Symbol("key")]: 1 })],
  ["is a RegExp with a symbol as a key", () => Object.assign(/a/, { [Symbol("key")]: 1 })],
  ['is an ArrayBuffer with the property "label"', () => Object.assign(new ArrayBuffer(4), { label: 1 })],
  ['is a DataView with the property "label"', () => Object.assign(new DataView(new ArrayBuffer(4)), { label: 1 })],
  ...[-1, 1.5, -0, "1", {}].map(
    (lastIndex) => ["is a RegExp whose lastIndex is not the", () => Object.assign(/x/, { lastIndex })] as const,
  ),
  ['is a DOMException with the property "more"', () => Object.assign(new DOMException("m"), { more: 1 })],
  ['is a DOMException with the property "cause"', () => Object.defineProperty(new DOMException("m"), "cause", {})],
  ...(canResize
    ? ([
        ["has a buffer that can be resized", resizable],
        ["has a buffer that can be resized", () => new Uint8Array(resizable())],
      ] as const)
    : []),
  ...(typeof SharedArrayBuffer === "function"
    ? ([
        ["is an instance of SharedArrayBuffer", () => new SharedArrayBuffer(4)],
        ["is a view of shared memory", () => new Uint8Array(new SharedArrayBuffer(4))],
      ] as const)
    : []),
];

test.each(REFUSED)("%s: refused", (reason, make) => {
  expect(() => shapeOf(make() as object, {})).toThrow(Refusal);
  expect(() => shapeOf(make() as object, {})).toThrow(reason);
});

test("what a codec has a name for is an instance, whatever else it could be", () => {
  const custom = {
    nameOf: (value: object) => (value instanceof Map || value instanceof Point ? "odd" : undefined),
    takeApart: () => 1,
    make: () => ({}),
  };
  expect(shapeOf(new Point(), { custom })).toBe("instance");
  expect(shapeOf(new Map(), { custom })).toBe("instance");
  expect(shapeOf({}, { custom })).toBe("object");
});

test("what a structured clone loses is refused where it has to be cloneable", () => {
  const past = /x/g;
  past.lastIndex = 3;
  const lost = [Object.create(null), new Error("m"), new URL("https://a.example"), new Blob([]), past] as object[];
  for (const value of lost) {
    expect(() => shapeOf(value, { isCloneable: true })).toThrow("can be part of a state alone");
    expect(() => shapeOf(value, {})).not.toThrow();
  }
  for (const value of [{}, [], new Map(), new Date(), /x/]) expect(shapeOf(value, { isCloneable: true })).toBeTruthy();
});
