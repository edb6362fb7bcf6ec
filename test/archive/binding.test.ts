import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Store } from "../../src/core/store.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { assertSameTrace, bytesOf, streamOf } from "../../src/testing/archiving.ts";
import { archiveOf, linesOf } from "./lines.ts";

type Line = Record<string, unknown>;

async function codecOf({ encryptMetadata = true } = {}): Promise<Codec> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  return createEncryptedCodec({ codec: createSuperjsonCodec(), keys: key, encryptMetadata });
}

/** Two traces that are alike in all but what they say, under numbers that are the same. */
async function saveTwo(store: Store): Promise<void> {
  for (const traceId of ["a", "b"]) {
    const state = { log: [] as string[], image: new Uint8Array(100).fill(traceId.charCodeAt(0)) };
    for (let step = 1; step <= 3; step++) {
      state.log.push(`${traceId}${step}`.repeat(2_000));
      const options = {
        id: `${traceId}${step}`,
        createdAt: step,
        metadata: { note: `${traceId}${step}`, at: new Date(step) },
      };
      await store.saveWithTrace(traceId, createCheckpoint(state, options));
    }
  }
}

/** The encrypted archive of both, line by line. */
async function archived(codec: Codec): Promise<Line[]> {
  const store = createMemoryStore();
  await saveTwo(store);
  return linesOf(await bytesOf(exportTraces(store, { codec })));
}

function only(lines: Line[], kind: string): Line[] {
  return lines.filter((line) => line["kind"] === kind);
}

function swap(one: Line, other: Line, field: string): void {
  [one[field], other[field]] = [other[field], one[field]];
}

const ATTACKS: Readonly<Record<string, (lines: Line[]) => void>> = {
  "a trace under another's name": (lines) => {
    const [a, b] = only(lines, "trace");
    swap(a!, b!, "traceId");
  },
  "a block of another trace in its place": (lines) => {
    const blocks = only(lines, "block").filter(({ binary }) => binary === undefined);
    const [one, other] = blocks.filter(({ block }) => block === blocks[0]!["block"]);
    swap(one!, other!, "bytes");
  },
  "bytes of another trace in their place": (lines) => {
    const [a, b] = only(lines, "block").filter(({ binary }) => binary !== undefined);
    swap(a!, b!, "bytes");
  },
  "a block of the same trace in its place": (lines) => {
    const [one, other] = only(lines, "block").filter(({ binary }) => binary === undefined);
    swap(one!, other!, "bytes");
  },
  "a root of another trace": (lines) => {
    const checkpoints = only(lines, "checkpoint");
    swap(checkpoints[0]!, checkpoints[3]!, "root");
  },
  "a root of another checkpoint": (lines) => {
    const checkpoints = only(lines, "checkpoint");
    swap(checkpoints[0]!, checkpoints[1]!, "root");
  },
  "metadata of another checkpoint": (lines) => {
    const checkpoints = only(lines, "checkpoint");
    swap(checkpoints[0]!, checkpoints[1]!, "encodedMetadata");
  },
  "plain metadata": (lines) => {
    const [checkpoint] = only(lines, "checkpoint");
    delete checkpoint!["encodedMetadata"];
    checkpoint!["metadata"] = { note: "forged" };
  },
  "metadata that is left out": (lines) => {
    delete only(lines, "checkpoint")[0]!["encodedMetadata"];
  },
  "another node to resume at": (lines) => {
    only(lines, "checkpoint")[0]!["nextNode"] = "transfer money";
  },
  "another place in the order": (lines) => {
    const [checkpoint] = only(lines, "checkpoint");
    checkpoint!["timestamp"] = 0.5;
  },
  "a state that is not encrypted": (lines) => {
    only(lines, "checkpoint")[0]!["root"] = { json: { json: [["forged"]] } };
  },
};
for (const [what, attack] of Object.entries(ATTACKS)) {
  test(`encrypted archive: ${what} is corrupted`, async () => {
    const codec = await codecOf();
    const lines = await archived(codec);
    const copy = createMemoryStore();
    await importTraces(copy, archiveOf(...lines), { codec });
    expect((await copy.list("a")).length + (await copy.list("b")).length).toBe(6);
    attack(lines);
    const error = { code: "corrupted", path: expect.stringMatching(/^line \d+$/) as string };
    await expect(importTraces(createMemoryStore(), archiveOf(...lines), { codec })).rejects.toMatchObject(error);
  });
}

test("encrypted archive: what is from an older archive of the same trace is told from what is from this one", async () => {
  const codec = await codecOf();
  const archives: Line[][] = [];
  for (const word of ["old", "new"]) {
    const store = createMemoryStore();
    const state = { log: [word.repeat(3_000)] };
    await store.saveWithTrace("t", createCheckpoint(state, { id: "x", createdAt: 1 }));
    archives.push(linesOf(await bytesOf(exportTraces(store, { codec }))));
  }
  const [older, newer] = archives;
  swap(only(older!, "block")[0]!, only(newer!, "block")[0]!, "bytes");
  await expect(importTraces(createMemoryStore(), archiveOf(...newer!), { codec })).rejects.toMatchObject({
    code: "corrupted",
  });
});

test("a codec that encodes metadata is not given any that is not encoded, even where it binds nothing", async () => {
  const codec = { ...createSuperjsonCodec(), encodesMetadata: true };
  const lines = await archived(codec);
  const [checkpoint] = only(lines, "checkpoint");
  delete checkpoint!["encodedMetadata"];
  checkpoint!["metadata"] = { note: "forged" };
  const error = { code: "corrupted", message: expect.stringContaining("not encoded") as string };
  await expect(importTraces(createMemoryStore(), archiveOf(...lines), { codec })).rejects.toMatchObject(error);
});

test("metadata that is not encrypted can't be changed either, where the state is", async () => {
  const codec = await codecOf({ encryptMetadata: false });
  const store = createMemoryStore();
  await store.saveWithTrace("t", createCheckpoint(1, { metadata: { approved: false } }));
  const lines = linesOf(await bytesOf(exportTraces(store, { codec })));
  await importTraces(createMemoryStore(), archiveOf(...lines), { codec });
  only(lines, "checkpoint")[0]!["metadata"] = { approved: true };
  await expect(importTraces(createMemoryStore(), archiveOf(...lines), { codec })).rejects.toMatchObject({
    code: "corrupted",
  });
});

test("an encrypted store goes through an encrypted archive into another, under another name", async () => {
  const [codec, archiveCodec] = [await codecOf(), await codecOf()];
  const store = createStore(createMemoryBackend(), { codec, name: "one" });
  await saveTwo(store);
  await store.fork("a2", "fork");
  const bytes = await bytesOf(exportTraces(store, { codec: archiveCodec }));
  const copy = createStore(createMemoryBackend(), { codec, name: "two" });
  await importTraces(copy, streamOf(bytes), { codec: archiveCodec });
  for (const traceId of ["a", "b", "fork"]) await assertSameTrace(copy, store, traceId);
  const renamed = createStore(createMemoryBackend(), { codec: await codecOf(), name: "three" });
  await importTraces(renamed, streamOf(bytes), {
    codec: archiveCodec,
    renameTrace: (traceId) => `${traceId} of another`,
  });
  expect((await renamed.loadLatest("a of another"))!.state).toEqual((await store.loadLatest("a"))!.state);
});
