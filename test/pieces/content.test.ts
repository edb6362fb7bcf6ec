import { describe, expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Annotation, Piece } from "../../src/pieces/content.ts";
import { readSnapshot } from "../../src/pieces/reading/read-snapshot.ts";
import { NEEDS_SNAPSHOT, readValue } from "../../src/pieces/reading/read-value.ts";
import { isSameState } from "../../src/state/equality.ts";
import { rebuild } from "../../src/state/rebuild.ts";
import { difference } from "../../src/testing/equality.ts";
import { Chain } from "./chain.ts";

/** Of each kind of value one, made anew with each call. */
const KINDS: readonly (readonly [string, () => unknown])[] = [
  ["undefined", () => undefined],
  ["a number JSON has none for", () => NaN],
  ["the other zero", () => -0],
  ["infinity", () => -Infinity],
  ["a bigint", () => -(2n ** 70n)],
  ["a date", () => new Date(5)],
  ["a date that is none", () => new Date(NaN)],
  ["an expression", () => /a[/]b/giu],
  ["an expression in the middle of a text", () => Object.assign(/a/g, { lastIndex: 2 })],
  ["a URL", () => new URL("https://a.example/?b=1")],
  [
    "a Map",
    () =>
      new Map<unknown, unknown>([
        ["a", new Date(1)],
        [{ b: 1 }, undefined],
      ]),
  ],
  ["a Set", () => new Set<unknown>([1n, { a: new Date(2) }])],
  ["an array with holes", () => [, 1, , new Date(3)]], // eslint-disable-line no-sparse-arrays
  ["an object without a prototype", () => Object.assign(Object.create(null) as object, { a: 1n })],
  ["keys that lead to a prototype", () => JSON.parse('{"__proto__":{"a":1},"constructor":2}') as unknown],
  ["an error", () => new TypeError("bad", { cause: new Date(4) })],
  ["bytes", () => new Uint8Array([1, 2, 3])],
  ["a view", () => new Float64Array([1, NaN])],
  ["a buffer", () => new Uint8Array([4, 5]).buffer],
  ["a long text", () => "long ".repeat(2_000)],
  ["an empty list", () => []],
  [
    "a large object",
    () => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key ${i}`, { i, at: new Date(i) }])),
  ],
];

/** Lists of elements with it are cut into several chunks. */
const pad = "x".repeat(100);

async function expectRoundTrip(state: unknown): Promise<void> {
  const chain = new Chain();
  await chain.save("start");
  const save = await chain.save(state);
  expect(await difference(readValue(await chain.decode(save)), state)).toBeUndefined();
  const { snapshot } = readSnapshot(await chain.decode(save), { nextNumber: 0 });
  expect(isSameState(snapshot.root, chain.snapshot.root)).toBe(true);
}

describe.each(KINDS)("%s is read back", (_, make) => {
  test("as a state", () => expectRoundTrip(make()));
  test("in an object", () => expectRoundTrip({ value: make() }));
  test("in each element of a list", () =>
    expectRoundTrip(Array.from({ length: 40 }, (_, i) => ({ i, pad, value: make() }))));
  test("in some elements of a list", () =>
    expectRoundTrip(
      Array.from({ length: 40 }, (_, i) => (i % 7 === 0 ? { i, pad, value: make() } : { i, pad, value: null })),
    ));
  test("as each element of a list", () => expectRoundTrip(Array.from({ length: 40 }, make)));
  test("within what is stored on its own", () =>
    expectRoundTrip({
      map: new Map([
        ["pad", "x".repeat(5_000)],
        ["value", make()],
      ] as [string, unknown][]),
    }));
  test("in two places, as one", () => {
    const value = make();
    return expectRoundTrip({ list: Array.from({ length: 300 }, (_, i) => ({ i })), first: value, second: [value] });
  });
});

test("a state that holds itself is read back", async () => {
  const state: Record<string, unknown> = { list: Array.from({ length: 300 }, (_, i) => ({ i })) };
  state["self"] = state;
  (state["list"] as unknown[]).push(state["list"]);
  await expectRoundTrip(state);
});

async function annotationsOf(items: readonly unknown[]): Promise<readonly Annotation[]> {
  const chain = new Chain();
  const { blocks } = await chain.save({ items });
  const pieces = blocks.flatMap(({ payload }) => (JSON.parse(payload as string) as { json: Piece[] }).json);
  return pieces.flatMap(([, , , annotations = []]) => annotations);
}

describe("what each element has", () => {
  test("is said once", async () => {
    const items = Array.from({ length: 100 }, (_, i) => ({ at: new Date(i), pad, deep: { cost: BigInt(i) } }));
    const said = await annotationsOf(items);
    expect(said).toContainEqual(["date", ["*", "at"]]);
    expect(said).toContainEqual(["bigint", ["*", "deep", "cost"]]);
    expect(said).toHaveLength(2);
  });

  test("is said of each where one element has it not", async () => {
    const items = Array.from({ length: 100 }, (_, i) => ({ at: i === 50 ? i : new Date(i), pad }));
    const said = await annotationsOf(items);
    expect(said).toHaveLength(99);
    expect(said.every(([, [first]]) => typeof first === "number")).toBe(true);
  });

  test("keys that look like paths are not mixed up", async () => {
    const items = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? { "a.b": 1n, pad } : { a: { b: 1n }, pad }));
    await expectRoundTrip(items);
    await expectRoundTrip(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? { "[0]": 1n, pad } : { "": [1n], pad })),
    );
  });
});

test("an instance of a registered class is read back as one", async () => {
  class Point {
    x = 1;
  }
  const codec = createSuperjsonCodec({ classes: { Point } });
  const chain = new Chain({ codec });
  const save = await chain.save({ points: [new Point(), new Point()] });
  const { snapshot } = readSnapshot(await chain.decode(save), { nextNumber: 0 });
  expect(isSameState(snapshot.root, chain.snapshot.root)).toBe(true);
  expect(rebuild(snapshot.root, codec)).toEqual({ points: [new Point(), new Point()] });
  const decoded = await chain.decode(save);
  let signal: unknown;
  try {
    readValue(decoded);
  } catch (thrown) {
    signal = thrown;
  }
  expect(signal).toBe(NEEDS_SNAPSHOT);
});
