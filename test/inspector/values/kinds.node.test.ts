import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { childrenOf } from "../../../src/inspector/values/children.ts";
import { describe as inWords, HOLE, kindOf, measure } from "../../../src/inspector/values/kinds.ts";

class Money {
  amount = 5n;
}

test.each<[unknown, string, string]>([
  ["text", "string", '"text"'],
  ["x".repeat(200), "string", `"${"x".repeat(160)}…"`],
  [-0, "number", "-0"],
  [Number.NaN, "number", "NaN"],
  [12n, "bigint", "12n"],
  [undefined, "nothing", "undefined"],
  [null, "nothing", "null"],
  [HOLE, "nothing", "empty"],
  [new Date(0), "date", "1970-01-01T00:00:00.000Z"],
  [new Date(Number.NaN), "date", "Invalid Date"],
  [/a+/gi, "regexp", "/a+/gi"],
  [new URL("https://example.org/a"), "url", "https://example.org/a"],
  [new TypeError("no"), "error", "TypeError: no"],
  [new Uint8Array(2048), "bytes", `Uint8Array(${(2048).toLocaleString()}), 2.0 kB`],
  [new ArrayBuffer(8), "bytes", "ArrayBuffer, 8 B"],
  [new DataView(new ArrayBuffer(8)), "bytes", "DataView, 8 B"],
  [new Blob(["abc"], { type: "text/plain" }), "blob", "Blob, text/plain, 3 B"],
  [new File(["abc"], "a.txt"), "blob", 'File "a.txt", 3 B'],
  [new Map<unknown, unknown>([["a", { b: 1 }]]), "map", 'Map { "a" => {…} }'],
  [new Set([1, [2]]), "set", "Set { 1, […] }"],
  [[1, , 3], "array", "[1, empty, 3]"],
  [{ a: 1, list: [1], none: {} }, "object", "{ a: 1, list: […], none: {…} }"],
  [{}, "object", "{}"],
  [Object.assign(Object.create(null) as object, { a: 1 }), "object", "[no prototype] { a: 1 }"],
  [new Money(), "object", "Money { amount: 5n }"],
])("%o is a %s: %s", (value, kind, text) => {
  expect(kindOf(value)).toBe(kind);
  expect(inWords(value)).toBe(text);
});

test("values of another realm are known", () => {
  const [date, map] = runInNewContext("[new Date(0), new Map([[1, 2]])]") as unknown[];
  expect([kindOf(date), kindOf(map)]).toEqual(["date", "map"]);
  expect(childrenOf(map)!.at(0)).toEqual({ step: { get: 1 }, label: "1", value: 2 });
});

test("only the beginning of a large value is looked at", () => {
  let reads = 0;
  const large = new Proxy(new Array<number>(1_000_000).fill(7), {
    get(target, name, receiver): unknown {
      reads += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  expect(inWords(large)).toMatch(/^\[7, 7, .*…\]$/);
  expect(reads).toBeLessThan(500);
  expect(measure(large)).toBe(`${(1_000_000).toLocaleString()} items`);
});
