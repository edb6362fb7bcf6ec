import { serialize } from "node:v8";
import { expect, test } from "vitest";
import { recordBytes } from "./record-bytes.ts";

const shared = { name: "shared" };

test.each<[string, unknown]>([
  ["primitives", [undefined, null, true, false, 0, -1, 63, 64, 8191, 2 ** 30 - 1, 2 ** 31, -0, 1.5, Number.NaN, 1e300]],
  ["big integers", [0n, 1n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 200n)]],
  ["strings", ["", "plain", "é", "x".repeat(300), "y".repeat(20_000)]],
  ["objects", { a: 1, b: { c: [1, 2, { d: "e" }] }, 7: "seven", "08": "text" }],
  ["dates, maps and sets", { at: new Date(1), map: new Map([["k", { v: 1 }]]), set: new Set([1, "two"]) }],
  ["shared objects", [shared, shared, { again: shared }]],
  ["sparse arrays", [1, , 3]],
  ["an expression", /a+b/gi],
])("counts what V8 writes: %s", (_, value) => {
  expect(recordBytes(value)).toBe(serialize(value).length);
});

test("counts two-byte strings up to their padding", () => {
  const value = { text: "€ and more", list: ["→", "↔ both"] };
  expect(Math.abs(recordBytes(value) - serialize(value).length)).toBeLessThanOrEqual(3);
});

test("counts binary by its length", () => {
  expect(recordBytes(new Uint8Array(1000))).toBeGreaterThan(1000);
  expect(recordBytes({ page: new Uint8Array(1000) })).toBeLessThan(1030);
});
