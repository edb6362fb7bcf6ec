import { describe, expect, test } from "vitest";
import { difference } from "../../src/testing/index.ts";

class Point {
  readonly x = 1;
}

function holed(...at: number[]): unknown[] {
  const list: unknown[] = [];
  for (const index of at) list[index] = index;
  return list;
}

function bare(fields: object): object {
  return Object.assign(Object.create(null) as object, fields);
}

function deep(levels: number, bottom: unknown): unknown {
  let value = bottom;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}

function ring(length: number): object {
  const first: { next?: object } = {};
  let last: object = first;
  for (let n = 1; n < length; n++) last = { next: last };
  first.next = last;
  return first;
}

const shared = {};
const buffer = new ArrayBuffer(8);
const other = new ArrayBuffer(8);
const marked = new Uint8Array([0, 1, 0, 0, 0, 0, 0, 0]).buffer;
const view = (of: ArrayBuffer) => new Uint8Array(of, 0, 1);

const DIFFERENT: readonly (readonly [path: string, actual: unknown, expected: unknown])[] = [
  ["state", 0, -0],
  ["state", null, undefined],
  ["state", 1, 1n],
  ["state", "a", "b"],
  ["state", {}, []],
  ["state", {}, bare({})],
  ["state", { x: 1 }, new Point()],
  ["state", { 0: "a" }, ["a"]],
  ["state.a", {}, { a: undefined }],
  ["state.a", { a: undefined }, {}],
  ["state.a.b[1]", { a: { b: [1, 2] } }, { a: { b: [1, 3] } }],
  ['state["a b"]', { "a b": 1 }, { "a b": 2 }],
  ["state.secret", { a: 1 }, Object.defineProperty({ a: 1 }, "secret", { value: 2 })],
  ["state.lastIndex", /a/g, Object.assign(/a/g, { lastIndex: 1 })],
  ["state", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["state.length", [1, 2], [1]],
  ["state[0]", [undefined], holed(1).fill(1, 1, 2).slice(0, 1)],
  ["state[1]", holed(0, 2), [0, undefined, 2]],
  ["state.total", Object.assign([1], { total: 1 }), [1]],
  ["state.valueOf()", new Date(1), new Date(2)],
  ["state.valueOf()", new Date(1), new Date(Number.NaN)],
  ["state", new Date(1), { a: 1 }],
  ["state", Object(1), 1],
  ["state.valueOf()", Object(1), Object(2)],
  ["state.source", /a/, /b/],
  ["state.flags", /a/g, /a/i],
  ["state.href", new URL("https://a.example/"), new URL("https://b.example/")],
  ["state.message", new Error("a"), new Error("b")],
  ["state.name", new TypeError("a"), new Error("a")],
  ["state.cause", new Error("a", { cause: undefined }), new Error("a")],
  ["state.cause", new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
  ["state.errors[0]", new AggregateError([1]), new AggregateError([2])],
  ["state.code", new Error("a"), Object.assign(new Error("a"), { code: 1 })],
  ["state.message", new DOMException("a"), new DOMException("b")],
  ["state.size", new Map([[1, 1]]), new Map()],
  [
    "state.entries[0][0]",
    new Map([
      [1, 1],
      [2, 2],
    ]),
    new Map([
      [2, 2],
      [1, 1],
    ]),
  ],
  ["state.entries[0][1].a", new Map([[1, { a: 1 }]]), new Map([[1, { a: 2 }]])],
  ["state.values[0]", new Set([1, 2]), new Set([2, 1])],
  ["state", new Set([1]), new Map([[1, 1]])],
  ["state", new Uint8Array([1]), new Uint8Array([2])],
  ["state", new Uint8Array([1]), new Uint8ClampedArray([1])],
  ["state", new Uint8Array(2), new Uint16Array(1)],
  ["state", new Float64Array([0]), new Float64Array([-0])],
  ["state", new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  ["state", new DataView(new Uint8Array([1]).buffer), new DataView(new Uint8Array([2]).buffer)],
  ["state", new Blob(["a"]), new Blob(["b"])],
  ["state.type", new Blob(["a"], { type: "text/plain" }), new Blob(["a"])],
  ["state.name", new File(["a"], "a"), new File(["a"], "b")],
  ["state[1]", [shared, shared], [{}, {}]],
  ["state[1]", [{}, {}], [shared, shared]],
  ["state[1].buffer", [view(buffer), view(buffer)], [view(buffer), view(other)]],
  ["state[1]", [view(buffer), buffer], [view(marked), marked]],
  ["state.next", ring(3), ring(2)],
  ["state", deep(20_000, 1), deep(20_000, 2)],
];

const EQUAL: readonly (readonly [what: string, make: () => unknown])[] = [
  ["primitives", () => [undefined, null, Number.NaN, -0, 0, "", "a", 1n, true]],
  ["records", () => ({ a: { b: undefined }, ["__proto__"]: { constructor: 1 } })],
  ["holes", () => holed(1, 4)],
  ["dates that are none", () => new Date(Number.NaN)],
  ["dates in two places", () => [new Date(1), /x/, new Date(1), /x/]],
  ["errors made in different places", () => new TypeError("a", { cause: new Error("b") })],
  ["maps and sets", () => new Map<unknown, unknown>([[{ a: 1 }, new Set([[1], Number.NaN])]])],
  ["rings", () => ring(5)],
  ["views", () => [new Uint8Array(new ArrayBuffer(8), 2, 3), new Float32Array([Number.NaN])]],
  ["blobs", () => [new Blob(["a", "b"]), new File(["a"], "a", { lastModified: 1 })]],
  ["depth", () => deep(20_000, [1])],
];

describe("difference finds", () => {
  test.each(DIFFERENT)("%s", async (path, actual, expected) => {
    const found = await difference(actual, expected);
    expect(found).toMatch(new RegExp(`^(the keys of )?${path.replace(/[[\]().$]/g, "\\$&")}`));
    expect(await difference(expected, actual)).toBeDefined();
  });
});

describe("difference finds none between", () => {
  test.each(EQUAL)("%s", async (_, make) => {
    expect(await difference(make(), make())).toBeUndefined();
  });
});
