import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { crc32 } from "../../src/archive/line-writer.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { archiveOf, BARE, BLOCK, CHECKPOINT, END, HEADER, ROOT, TRACE } from "./lines.ts";

test("an archive made by hand is one", async () => {
  const store = createMemoryStore();
  await importTraces(store, archiveOf(HEADER, TRACE, BLOCK, CHECKPOINT, END));
  expect(await store.load("a")).toEqual({ id: "a", createdAt: 1, state: ["text"] });
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
const MAX = Number.MAX_SAFE_INTEGER;
const pieces = (...list: unknown[]): object => ({ ...BLOCK, json: { json: list } });
const root = (...parts: unknown[]): object => ({ ...CHECKPOINT, root: { json: { json: parts } } });
const WRONG: Readonly<Record<string, readonly [line: number, ...lines: (object | string)[]]>> = {
  "a huge number of needs": [4, HEADER, TRACE, BLOCK, { ...CHECKPOINT, needs: [0, HUGE] }],
  "needs that descend": [4, HEADER, TRACE, BLOCK, { ...CHECKPOINT, needs: [1, 1, 0, 1] }],
  "needs that are none": [4, HEADER, TRACE, BLOCK, { ...CHECKPOINT, needs: [0, -1] }],
  "needs beyond numbers": [4, HEADER, TRACE, BLOCK, { ...CHECKPOINT, needs: [MAX, 2] }],
  "a need of nothing": [3, HEADER, TRACE, CHECKPOINT],
  "a need of another block": [4, HEADER, TRACE, { ...BLOCK, block: 1 }, CHECKPOINT],
  "a block that is not needed": [4, HEADER, TRACE, BLOCK, BARE],
  "a need of what was let go": [
    5,
    HEADER,
    TRACE,
    { ...BARE, nextBlock: 0 },
    { ...BARE, id: "b", seq: 2, timestamp: 2, nextBlock: 1 },
    { ...CHECKPOINT, id: "c", seq: 3, timestamp: 3 },
  ],
  "a block far away": [4, HEADER, TRACE, { ...BLOCK, block: 8 }, { ...CHECKPOINT, needs: [8, 1] }],
  "a block beyond numbers": [3, HEADER, TRACE, { ...BLOCK, block: HUGE }],
  "a block twice": [4, HEADER, TRACE, BLOCK, BLOCK],
  "blocks that descend": [4, HEADER, TRACE, { ...BLOCK, block: 1 }, BLOCK],
  "a block that comes too late": [5, HEADER, TRACE, BARE, BLOCK, { ...CHECKPOINT, id: "b", seq: 2, timestamp: 2 }],
  "blocks without a checkpoint": [4, HEADER, TRACE, BLOCK, { ...END, checkpoints: 0 }],
  "a trace that leaves out blocks": [2, HEADER, { ...TRACE, nextBlock: HUGE }],
  "a trace of a huge seq": [2, HEADER, { ...TRACE, seq: HUGE }],
  "a trace of a huge number": [2, HEADER, { ...TRACE, nextNumber: MAX }],
  "a trace of no time": [2, HEADER, JSON.stringify(TRACE).replace('"timestamp":9', '"timestamp":1e999')],
  "a trace of a time far away": [2, HEADER, { ...TRACE, timestamp: 2 ** 53 }],
  "a checkpoint twice": [4, HEADER, TRACE, BARE, BARE],
  "a timestamp twice": [4, HEADER, TRACE, BARE, { ...BARE, id: "b", seq: 2 }],
  "a seq that is none": [3, HEADER, TRACE, { ...BARE, seq: 1.5 }],
  "a seq of 0": [3, HEADER, TRACE, { ...BARE, seq: 0 }],
  "a seq beyond the trace's": [3, HEADER, TRACE, { ...BARE, seq: 10 }],
  "a block number beyond the trace's": [3, HEADER, TRACE, { ...BARE, nextBlock: 10 }],
  "a number beyond the trace's": [3, HEADER, TRACE, { ...BARE, nextNumber: 10 }],
  "a time that is none": [3, HEADER, TRACE, { ...BARE, createdAt: 1e99 }],
  "a size that is none": [3, HEADER, TRACE, { ...BARE, stateBytes: 1e300 }],
  "a timestamp that is none": [3, HEADER, TRACE, JSON.stringify(BARE).replace('"timestamp":1', '"timestamp":1e999')],
  "an empty id": [3, HEADER, TRACE, { ...BARE, id: "" }],
  "a parent that is none": [3, HEADER, TRACE, { ...BARE, parentId: 1 }],
  "a node that is none": [3, HEADER, TRACE, { ...BARE, nextNode: {} }],
  "a root that is missing": [3, HEADER, TRACE, { ...BARE, root: undefined }],
  "a root that is none": [3, HEADER, TRACE, { ...BARE, root: { json: { json: "state" } } }],
  "a root with annotations of its codec": [
    3,
    HEADER,
    TRACE,
    { ...BARE, root: { json: { json: [[5]], meta: { values: {} } } } },
  ],
  "a stream whose number may be given out again": [4, HEADER, TRACE, pieces([4, 0, [["text"]]]), CHECKPOINT],
  "an anchor whose number may be given out again": [4, HEADER, TRACE, BLOCK, root([{}], [["anchor", [0, 0], 4]])],
  "a gathered stream whose number may be given out again": [
    4,
    HEADER,
    TRACE,
    pieces([3, 0, [[0, 1]], [], 4]),
    CHECKPOINT,
  ],
  "bytes whose number may be given out again": [
    4,
    HEADER,
    TRACE,
    { kind: "block", block: 0, binary: [4, 0], bytes: "" },
    CHECKPOINT,
  ],
  "numbers that go back": [4, HEADER, TRACE, BARE, { ...BARE, id: "b", seq: 2, timestamp: 2, nextNumber: 3 }],
  "a chunk beyond numbers": [3, HEADER, TRACE, pieces([3, HUGE, [["text"]]])],
  "a reference beyond numbers": [4, HEADER, TRACE, BLOCK, root([null], [["array", [0, 0], -1, null, [3, MAX]]])],
  "a piece that is none": [3, HEADER, TRACE, pieces([3, 0, "text"])],
  "a piece that gathers none": [3, HEADER, TRACE, pieces([3, 0, ["text"], [], 2])],
  "an annotation that is none": [3, HEADER, TRACE, pieces([3, 0, [["text"]], [["date", 5]]])],
  "a number that JSON can't hold": [3, HEADER, TRACE, { kind: "block", block: 0, text: '{"json":[[3,0,[[1e999]]]]}' }],
  "a property that reaches for a prototype": [
    3,
    HEADER,
    TRACE,
    '{"kind":"block","block":0,"json":{"json":[[3,0,[[{"__proto__":1}]]]]}}',
  ],
  "metadata that is no object": [3, HEADER, TRACE, { ...BARE, metadata: [1] }],
  "metadata twice": [3, HEADER, TRACE, { ...BARE, metadata: {}, encodedMetadata: {} }],
  "metadata that is encoded, and no object": [
    3,
    HEADER,
    TRACE,
    { ...BARE, encodedMetadata: { root: { json: { json: [[5]] } }, blocks: [] } },
  ],
  "metadata without its blocks": [3, HEADER, TRACE, { ...BARE, encodedMetadata: { root: ROOT, blocks: [] } }],
  "no base64": [3, HEADER, TRACE, { kind: "block", block: 0, binary: [0, 0], bytes: "%" }],
  "bytes that belong nowhere": [3, HEADER, TRACE, { kind: "block", block: 0, bytes: "" }],
  "text where bytes belong": [3, HEADER, TRACE, { ...BLOCK, binary: [0, 0] }],
  "two contents": [3, HEADER, TRACE, { ...BLOCK, bytes: "" }],
  "a block in no trace": [2, HEADER, BLOCK],
  "a checkpoint in no trace": [2, HEADER, CHECKPOINT],
  "a kind that is none": [2, HEADER, { kind: "__proto__" }],
  "counts that are wrong": [3, HEADER, TRACE, { ...END, checkpoints: 1 }],
  "a line behind the end": [4, HEADER, TRACE, { ...END, checkpoints: 0 }, END],
  "no version": [1, { ...HEADER, version: "1" }],
};
for (const [what, [line, ...lines]] of Object.entries(WRONG)) {
  test(`${what} is corrupted, by its line`, { timeout: 5_000 }, async () => {
    const store = createMemoryStore();
    await expect(importTraces(store, archiveOf(...lines))).rejects.toMatchObject({
      code: "corrupted",
      path: `line ${line}`,
    });
    expect(await store.list("t")).toEqual([]);
  });
}

test("nesting that is deeper than a stack is an error, not a crash", async () => {
  const deep = `{"kind":"block","block":0,"json":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
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
  const checkpoint = JSON.stringify({ ...BARE, metadata: { a: 1 } })
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
