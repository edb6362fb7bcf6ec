import { expect, test } from "vitest";
import { compareKeys } from "../../src/core/backend.ts";
import {
  headOf,
  isIntactRecord,
  keyOf,
  rangeOf,
  recordBytesOf,
  saysPinned,
  seal,
  type CheckpointRecord,
} from "../../src/log/records.ts";

test("a sealed record is intact until any field of it changes, in whatever order its fields come back", () => {
  const record = seal({ a: 1, b: [2], c: undefined, d: new Date(1) });
  expect(isIntactRecord(record)).toBe(true);
  const { sum, ...rest } = record;
  expect(isIntactRecord({ sum, ...Object.fromEntries(Object.entries(rest).reverse()) })).toBe(true);
  expect(isIntactRecord({ ...record, c: null })).toBe(false);
  expect(isIntactRecord({ ...record, b: [3] })).toBe(false);
  expect(isIntactRecord({ ...record, more: 1 })).toBe(false);
  expect(isIntactRecord(rest)).toBe(false);
});

test("a range of a trace holds its keys up to the last, whole, and none of another's", () => {
  const isIn = (key: readonly (string | number)[], range: ReturnType<typeof rangeOf>) =>
    compareKeys(key, range.lower!) >= 0 && compareKeys(key, range.upper!) < 0;
  for (const key of [
    ["t", 0, "a"],
    ["t", 5, "z", 9],
    ["t", 1e12, ""],
  ])
    expect(isIn(key, rangeOf("t"))).toBe(true);
  for (const key of [
    ["s", 5],
    ["tt", 5],
    ["u", 0],
  ])
    expect(isIn(key, rangeOf("t"))).toBe(false);
  expect([1, 2, 3, 4, 5].map((seq) => isIn(["t", seq, "id"], rangeOf("t", 2, 4)))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(keyOf("t")).toEqual({ lower: ["t"], upper: ["t"] });
});

test("the head of a damaged record says so", () => {
  const head = { id: "c", traceId: "t", seq: 1, timestamp: 2, createdAt: 3, bytes: 4, stateBytes: 5 };
  const record = {
    ...head,
    savedAt: 1,
    codec: "x",
    root: "",
    needs: [],
    contents: 0,
    nextBlock: 0,
    nextNumber: 0,
    recordBytes: 1,
  };
  const sealed = seal(record as CheckpointRecord);
  expect(headOf(sealed)).toEqual(head);
  expect(headOf({ ...sealed, root: "other" })).toEqual({ ...head, isDamaged: true });
});

test("what a record takes grows with its root, its head and its needs", () => {
  const head = { id: "c" };
  const bytes = recordBytesOf({ head, root: "12345", needs: [] });
  expect(recordBytesOf({ head, root: "1234567890", needs: [] })).toBe(bytes + 5);
  expect(recordBytesOf({ head, root: "12345", needs: [0, 1] })).toBe(bytes + 8);
  expect(recordBytesOf({ head: { id: "cc" }, root: "12345", needs: [] })).toBe(bytes + 1);
});

test("pinned is what its metadata says with true alone", () => {
  expect(saysPinned({ metadata: { pinned: true } })).toBe(true);
  expect(saysPinned({ metadata: { pinned: 1 } })).toBe(false);
  expect(saysPinned({})).toBe(false);
});
