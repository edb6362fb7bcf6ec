import { expect, test } from "vitest";
import { Slices } from "../../../src/inspector/slices.ts";
import { writeValue } from "../../../src/inspector/values/notation.ts";
import { formatPath } from "../../../src/inspector/values/path.ts";
import { searchState } from "../../../src/inspector/values/search.ts";
import { findAnchors } from "../../../src/inspector/values/anchors.ts";

const found = async (root: unknown, text: string, options = {}) =>
  (await searchState(root, text, options)).map((path) => formatPath(path));

/** Takes a slice a look. */
function tickingSlices(signal?: AbortSignal): Slices {
  let now = 0;
  return new Slices(signal, () => (now += 100));
}

test("search finds keys and values, in whatever case, once in each shared object", async () => {
  const note = { text: "Harbour" };
  const state = { note, again: note, harbour: 1, list: ["to the HARBOUR", 12n], map: new Map([["harbour", "ship"]]) };
  expect(await found(state, "harbour")).toEqual(["note.text", "harbour", "list[0]", 'map.get("harbour")']);
  expect(await found(state, "12")).toEqual(["list[1]"]);
  expect(await found(state, "")).toEqual([]);
  expect(await found({ text: "a.b(c)" }, ".b(")).toEqual(["text"]);
  expect(await found(new Array(50).fill("x"), "x", { limit: 3 })).toEqual(["state[0]", "state[1]", "state[2]"]);
});

test("search ends in cycles and at any depth, and when it is told to", async () => {
  const loop: Record<string, unknown> = { name: "loop" };
  loop.self = loop;
  let deep: unknown = "bottom";
  for (let level = 0; level < 10_000; level += 1) deep = [deep];
  expect(await found({ loop, deep }, "bottom")).toHaveLength(1);
  const reason = new Error("enough");
  const many = new Array(2_000_000).fill("text");
  await expect(searchState(many, "nothing like it", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("objects in several places are found, by their first place", async () => {
  const day = new Date(0);
  const message = { day };
  const shared = await findAnchors({ messages: [message, {}], last: message, day, own: new Date(0) }, tickingSlices());
  expect([...shared].map(([value, path]) => [value, formatPath(path)])).toEqual([
    [message, "messages[0]"],
    [day, "messages[0].day"],
  ]);
});

test("what JSON can say is copied as JSON", async () => {
  const value = { text: 'a "b"', list: [1, [], { deep: true }], none: null, empty: {} };
  const text = await writeValue(value, tickingSlices());
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe(JSON.stringify(value, null, 2));
});

test("what JSON can't say is copied as code that makes it again", async () => {
  const value = {
    at: new Date(5),
    big: 12n,
    map: new Map<unknown, unknown>([
      ["a", new Set([1, { b: -0 }])],
      [{ key: true }, undefined],
    ]),
    bytes: new Uint8Array([1, 2]),
    wide: new BigInt64Array([5n]),
    buffer: new Uint8Array([3]).buffer,
    url: new URL("https://example.org/"),
    pattern: /x\/y/g,
    error: new RangeError("no"),
    numbers: [Number.NaN, -Infinity],
    holes: [1, , 3],
    invalid: new Date(Number.NaN),
    long: "x".repeat(500),
  };
  const made = new Function(`return (${await writeValue(value, tickingSlices())})`)() as unknown;
  expect(made).toEqual(value);
});

test("what contains itself is copied with an end", async () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  loop.twice = [new Date(0), new Date(0)];
  expect(await writeValue(loop, tickingSlices())).toContain('"self": null /* contains itself */');
});
