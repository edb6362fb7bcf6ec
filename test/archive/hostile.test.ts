import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { LineWriter } from "../../src/archive/line-writer.ts";
import { RangeSet } from "../../src/archive/range-set.ts";
import { crc32 } from "../../src/archive/crc.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { numbers } from "../../src/testing/steps.ts";

const HEADER = { kind: "archive", format: "waystone", version: 1, codec: "superjson" };
const TRACE = { kind: "trace", traceId: "t", seq: 9, timestamp: 9, nextPiece: 9 };
const ROOT = { json: { json: [["state"]] } };
const CHECKPOINT = {
  kind: "checkpoint",
  id: "a",
  createdAt: 1,
  seq: 1,
  timestamp: 1,
  stateBytes: 1,
  nextPiece: 2,
  root: ROOT,
};
const PIECE = { kind: "piece", piece: 0, json: { json: ["text"] } };
const END = { kind: "end", traces: 1, checkpoints: 1 };

/** An archive of any lines, with the right sums. */
function archiveOf(...lines: readonly (object | string)[]): ReadableStream<Uint8Array> {
  const writer = new LineWriter();
  const bytes = lines.map((line) => writer.line((typeof line === "string" ? line : JSON.stringify(line)).slice(1, -1)));
  return new Blob(bytes as BlobPart[]).stream();
}

test("an archive made by hand is one", async () => {
  const store = createMemoryStore();
  await importTraces(store, archiveOf(HEADER, TRACE, PIECE, CHECKPOINT, END));
  expect(await store.load("a")).toEqual({ id: "a", createdAt: 1, state: "state" });
});

test("a newer version, and another codec, are told", async () => {
  const store = createMemoryStore();
  await expect(importTraces(store, archiveOf({ ...HEADER, version: 2 }))).rejects.toMatchObject({
    code: "newer-schema",
    expected: "1",
    actual: "2",
  });
  await expect(importTraces(store, archiveOf({ ...HEADER, codec: "other" }))).rejects.toMatchObject({
    code: "codec-mismatch",
    actual: "other",
  });
});

const HUGE = 2 ** 50;
const WRONG: Readonly<Record<string, readonly [line: number, ...lines: (object | string)[]]>> = {
  "a huge reference": [3, HEADER, TRACE, { kind: "piece", piece: 0, references: [[0, HUGE]] }],
  "a reference to itself": [3, HEADER, TRACE, { kind: "piece", piece: 0, references: [[0, 1]] }],
  "a reference of a root to nothing": [3, HEADER, TRACE, { ...CHECKPOINT, root: { ...ROOT, references: [[0, HUGE]] } }],
  "references that are none": [3, HEADER, TRACE, { ...PIECE, references: [[0, -1]] }],
  "references beyond numbers": [3, HEADER, TRACE, { ...PIECE, references: [[Number.MAX_SAFE_INTEGER, 2]] }],
  "a huge number of drops": [3, HEADER, TRACE, { ...CHECKPOINT, dropped: [0, HUGE] }],
  "a drop of nothing": [3, HEADER, TRACE, { ...CHECKPOINT, dropped: [], root: { ...ROOT, references: [[1, 1]] } }],
  "a piece far away": [3, HEADER, { ...TRACE, nextPiece: HUGE }, { ...PIECE, piece: HUGE - 1 }],
  "a checkpoint that leaves out numbers": [
    3,
    HEADER,
    { ...TRACE, nextPiece: HUGE },
    { ...CHECKPOINT, nextPiece: HUGE },
  ],
  "a trace that leaves out numbers": [2, HEADER, { ...TRACE, nextPiece: HUGE }, CHECKPOINT, END],
  "a piece twice": [4, HEADER, TRACE, PIECE, PIECE],
  "a piece that comes too late": [4, HEADER, TRACE, CHECKPOINT, PIECE],
  "pieces without a checkpoint": [2, HEADER, TRACE, PIECE, { ...END, checkpoints: 0 }],
  "a checkpoint twice": [4, HEADER, TRACE, CHECKPOINT, CHECKPOINT],
  "a seq that is none": [3, HEADER, TRACE, { ...CHECKPOINT, seq: 1.5 }],
  "a seq beyond the trace's": [3, HEADER, TRACE, { ...CHECKPOINT, seq: 10 }],
  "a time that is none": [3, HEADER, TRACE, { ...CHECKPOINT, createdAt: 1e99 }],
  "an empty id": [3, HEADER, TRACE, { ...CHECKPOINT, id: "" }],
  "a root that is missing": [3, HEADER, TRACE, { ...CHECKPOINT, root: undefined }],
  "metadata that is no object": [3, HEADER, TRACE, { ...CHECKPOINT, metadata: [1] }],
  "metadata without its pieces": [
    3,
    HEADER,
    TRACE,
    { ...CHECKPOINT, encodedMetadata: { root: { ...ROOT, references: [[0, HUGE]] }, pieces: [] } },
  ],
  "no base64": [3, HEADER, TRACE, { kind: "piece", piece: 0, bytes: "%" }],
  "two contents": [3, HEADER, TRACE, { ...PIECE, bytes: "" }],
  "a piece in no trace": [2, HEADER, PIECE],
  "a checkpoint in no trace": [2, HEADER, CHECKPOINT],
  "a kind that is none": [2, HEADER, { kind: "__proto__" }],
  "counts that are wrong": [4, HEADER, TRACE, CHECKPOINT, { ...END, checkpoints: 2 }],
  "a line behind the end": [5, HEADER, TRACE, CHECKPOINT, END, END],
  "no version": [1, { ...HEADER, version: "1" }],
};
for (const [what, [line, ...lines]] of Object.entries(WRONG)) {
  test(`${what} is corrupted, by its line`, { timeout: 5_000 }, async () => {
    await expect(importTraces(createMemoryStore(), archiveOf(...lines))).rejects.toMatchObject({
      code: "corrupted",
      path: `line ${line}`,
    });
  });
}

test("nesting that is deeper than a stack is an error, not a crash", async () => {
  const deep = `{"kind":"piece","piece":0,"json":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  // Chromium has no limit here; there the end is what is missing.
  const error = { code: "corrupted", path: expect.stringMatching(/^line [34]$/) as string };
  await expect(importTraces(createMemoryStore(), archiveOf(HEADER, TRACE, deep))).rejects.toMatchObject(error);
});

test("a line without end is given up", { timeout: 30_000 }, async () => {
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new Uint8Array(1024 * 1024).fill(65));
    },
  });
  await expect(importTraces(createMemoryStore(), endless)).rejects.toMatchObject({ code: "corrupted", path: "line 1" });
  expect(chunks).toBeLessThan(80);
});

test("keys that reach for a prototype reach none", async () => {
  const store = createMemoryStore();
  const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  const checkpoint = JSON.stringify({ ...CHECKPOINT, metadata: { a: 1 } })
    .replace('"a":1', evil)
    .replace("{", `{${evil},`);
  await importTraces(store, archiveOf(HEADER, TRACE, checkpoint, END));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect(Object.keys((await store.load("a"))!.metadata!)).toEqual(["__proto__", "constructor"]);
});

test("what is misused is a TypeError", async () => {
  const store = createMemoryStore();
  expect(() => exportTraces({} as never)).toThrow(TypeError);
  expect(() => exportTraces(store, { traceIds: [""] })).toThrow(TypeError);
  expect(() => exportTraces(store, { traceIds: "t" as never })).toThrow(TypeError);
  await expect(importTraces(store, [] as never)).rejects.toThrow(TypeError);
  await expect(importTraces(store, archiveOf(HEADER), { onConflict: "other" as never })).rejects.toThrow(TypeError);
  await expect(importTraces(store, new ReadableStream({ start: (c) => c.enqueue("text") }) as never)).rejects.toThrow(
    TypeError,
  );
  await store.close();
  expect(() => exportTraces(store)).toThrow(expect.objectContaining({ code: "closed" }));
  await expect(importTraces(store, archiveOf(HEADER))).rejects.toMatchObject({ code: "closed" });
});

test("the checksum is CRC-32, in parts as in one go", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32(bytes)).toBe(0xcbf43926);
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926);
});

test("a set of ranges is the set of its numbers", { timeout: 30_000 }, () => {
  const draw = numbers(7);
  for (let round = 0; round < 50; round++) {
    const ranges = new RangeSet();
    const plain = new Set<number>();
    for (let step = 0; step < 60; step++) {
      const [start, count] = [draw(40), 1 + draw(6)];
      const all = Array.from({ length: count }, (_, n) => start + n);
      if (draw(3) > 0) {
        ranges.add(start, count);
        for (const number of all) plain.add(number);
      } else {
        ranges.remove(start);
        plain.delete(start);
      }
      expect(ranges.covers(start, count)).toBe(all.every((number) => plain.has(number)));
      expect([...ranges.missing(start, count)]).toEqual(all.filter((number) => !plain.has(number)));
      expect(ranges.has(start + 1)).toBe(plain.has(start + 1));
    }
  }
});
