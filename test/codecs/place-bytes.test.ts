import { expect, test } from "vitest";
import { bytesOfPlace } from "../../src/codecs/encrypted/place-bytes.ts";
import type { Place } from "../../src/core/codec.ts";

const HEAD = { id: "a", traceId: "t", seq: 1, timestamp: 1, createdAt: 1 };

function bytesOf(metadata: Record<string, unknown>): string {
  const place: Place = { store: "s", position: { part: "state", head: { ...HEAD, metadata }, contents: 0 } };
  return String(bytesOfPlace("codec", place));
}

const shared = { a: 1 };
const withHole = [1, 2, 3];
delete withHole[1];

test.each<readonly [string, Record<string, unknown>, Record<string, unknown>]>([
  ["a property that is undefined", { a: undefined }, {}],
  ["a hole", { list: withHole }, { list: [1, undefined, 3] }],
  ["an object in two places", { a: shared, b: shared }, { a: shared, b: { a: 1 } }],
  ["-0", { n: -0 }, { n: 0 }],
  ["a bigint", { n: 1n }, { n: 1 }],
  ["a word", { n: "undefined" }, { n: undefined }],
  ["the kind of a view", { view: new Int8Array(2) }, { view: new Uint8Array(2) }],
  [
    "entries and lists",
    { map: new Map<unknown, unknown>([[1, [2, 3]]]) },
    {
      map: new Map<unknown, unknown>([
        [1, 2],
        [3, undefined],
      ]),
    },
  ],
  ["lone surrogates", { text: "\ud800" }, { text: "\ud801" }],
  ["a lone surrogate and how it is written", { text: "\ud800" }, { text: "55296" }],
  ["a date that is none", { date: new Date(Number.NaN) }, { date: new Date(0) }],
  ["order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["where a text ends", { a: "b", c: "" }, { a: "", c: "b" }],
])("%s makes a difference", (_, one, other) => {
  expect(bytesOf(one)).not.toBe(bytesOf(other));
  expect(bytesOf(one)).toBe(bytesOf(structuredClone(one)));
});

test("the fields of a head are bound by name, in whatever order they stand", () => {
  const placeOf = (head: Record<string, unknown>): Place =>
    ({ store: "s", position: { part: "state", head, contents: 0 } }) as unknown as Place;
  const reversed = Object.fromEntries(Object.entries(HEAD).reverse());
  expect(bytesOfPlace("codec", placeOf(reversed))).toEqual(bytesOfPlace("codec", placeOf(HEAD)));
});

test("metadata that refers to itself, shares on many levels, or has a far end takes no longer than it is large", () => {
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  let doubling: Record<string, unknown> = { a: 1 };
  for (let level = 0; level < 64; level++) doubling = { left: doubling, right: doubling };
  const far: unknown[] = [];
  far[1e9] = 1;
  for (const metadata of [cyclic, doubling, { far }]) expect(bytesOf(metadata).length).toBeLessThan(50_000);
});
