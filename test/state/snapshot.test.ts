import { expect, test } from "vitest";
import {
  Alias,
  Anchor,
  Atom,
  Binary,
  Container,
  isCopy,
  isNode,
  isPart,
  setContent,
  Text,
  weightOf,
} from "../../src/state/snapshot.ts";

const atom = new Atom(5, new Date(5));
const alias = new Alias(new Anchor());
const text = new Text("x".repeat(300));
const bytes = new Binary(new Uint8Array(10), "Uint8Array");
const list = new Container("array", [1]);

test("parts of a snapshot are told from values, and from each other by what they are", () => {
  expect([atom, alias, text, bytes, list].map(isPart)).toEqual([true, true, true, true, true]);
  expect([{}, [], "text", null, undefined, 5, new Date()].some(isPart)).toBe(false);
  expect([atom, alias, text, bytes, list, 5].map(isNode)).toEqual([false, false, true, true, true, false]);
  expect([atom, alias, text, bytes, list, 5].map(isCopy)).toEqual([true, false, false, true, true, false]);
});

test("a container weighs what is in it, its keys and its detail", () => {
  const empty = new Container("object", [], { keys: [] });
  const held = new Container("object", [text, bytes, list], { keys: ["a", "bc", "def"] });
  expect(held.weight - empty.weight).toBe(text.weight + bytes.weight + list.weight + 6 + 12);
  expect(new Container("error", [], { keys: [], detail: "TypeError" }).weight - empty.weight).toBe(9);
  expect(text.weight).toBe(302);
  expect(bytes.weight).toBe(10);
  expect(new Binary(new Blob(["four"]), ["text/plain"]).weight).toBe(4);
  for (const slot of ["", 5, 5n, true, null, undefined, atom, alias]) expect(weightOf(slot)).toBeGreaterThan(2);
});

test("a container is as high as what is nested in it", () => {
  expect(new Container("array", [1, text, bytes, atom]).height).toBe(0);
  const two = new Container("array", [list, new Container("set", [new Container("array", [])])]);
  expect(two.height).toBe(2);
});

test("bytes lie in a buffer that holds nothing else", () => {
  const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  const { content } = new Binary(view, "Uint8Array");
  expect(content).toEqual(Uint8Array.of(2, 3));
  expect(content!.buffer.byteLength).toBe(2);
  const tight = Uint8Array.of(1, 2);
  expect(new Binary(tight, "Uint8Array").content).toBe(tight);
});

test("a Blob has content once that was read, in whatever snapshot", () => {
  const blob = new Blob(["ab"]);
  const [one, other] = [new Binary(blob, [""]), new Binary(blob, [""])];
  expect([one.kind, one.content, one.blob]).toEqual(["blob", undefined, blob]);
  setContent(blob, Uint8Array.of(97, 98));
  expect(one.content).toEqual(Uint8Array.of(97, 98));
  expect(other.content).toEqual(one.content);
  expect(new Binary(Uint8Array.of(1), ["text/plain"], { kind: "blob" }).kind).toBe("blob");
});
