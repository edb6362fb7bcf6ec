import { describe, expect, test } from "vitest";
import type { Annotation } from "../../src/pieces/content.ts";
import { Contents, type Decoded } from "../../src/pieces/reading/decode.ts";
import { readSnapshot } from "../../src/pieces/reading/read-snapshot.ts";
import { rebuild } from "../../src/state/rebuild.ts";

/** A decoded state without blocks: what a codec returned for its root, and what the annotations say of it. */
function decoded(value: unknown, annotations: readonly Annotation[] = []): Decoded {
  const root = { value: [value], each: [], own: annotations, gathered: undefined, block: -1, bytes: 0 };
  return { root, blocks: [], fingerprints: [], contents: new Contents() };
}

const read = (value: unknown, ...annotations: Annotation[]): unknown =>
  rebuild(readSnapshot(decoded(value, annotations), { nextNumber: 0 }).snapshot.root);

test("containers are made of the lists and objects that were stored for them", () => {
  const entries: unknown[] = ["__proto__", 1, "b", 2];
  const dict: unknown = read(entries, ["entries", [0, 0]], ["dict", [0, 0]]);
  expect([Object.getPrototypeOf(dict), Object.entries(dict as object)]).toEqual([null, [["__proto__", 1], ["b", 2]]]); // prettier-ignore
  const both = read([["a", 1], null], ["map", [0, 0, 0], 7], ["alias", [0, 0, 1], 7]) as unknown[];
  expect([both[0], both[1]]).toEqual([new Map([["a", 1]]), both[0]]);
  const plain = read([{ a: 1 }, null], ["anchor", [0, 0, 0], 3], ["alias", [0, 0, 1], 3]) as unknown[];
  expect([plain[0], plain[1]]).toEqual([{ a: 1 }, plain[0]]);
});

describe("is corrupted", () => {
  test.each<[string, unknown, Annotation?]>([
    ["a list as an object without a prototype", [1], ["dict", [0, 0]]],
    ["an object as a list", { a: 1 }, ["set", [0, 0]]],
    ["an error without names of its properties", ["m"], ["error", [0, 0], -1, "Error"]],
    ["half an entry of a map", ["a", 1, "b"], ["map", [0, 0]]],
    ["an index that is a name", ["__proto__", 1], ["sparse", [0, 0], -1, 2]],
    ["a key that is none", [1, 2], ["entries", [0, 0]]],
    ["a kind that there is not", [1], ["weak-map" as "map", [0, 0]]],
    ["a map of a number", 5, ["map", [0, 0]]],
    ["an object of a class", new Map()],
  ])("%s", (_, value, ...annotations) => {
    expect(() => read(value, ...(annotations as Annotation[]))).toThrow(expect.objectContaining({ code: "corrupted" }));
  });

  test("an object in two places, of which few bytes would make very many", () => {
    let value: unknown = [];
    for (let level = 0; level < 40; level += 1) value = [value, value];
    expect(() => read(value)).toThrow(expect.objectContaining({ code: "corrupted" }));
  });
});
