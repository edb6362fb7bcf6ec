import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStore } from "../../src/backend.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { Store } from "../../src/core/store.ts";
import { openStore } from "../../src/index.ts";
import { assertSameTrace, bytesOf, streamOf } from "../../src/testing/archiving.ts";
import { shapes } from "../../src/testing/shapes.ts";
import { createPlaceCodec } from "./place-codec.ts";

const CODECS: Readonly<Record<string, () => Codec>> = {
  superjson: () => createSuperjsonCodec(),
  "structured clone": () => createStructuredCloneCodec(),
  "bound to its place": () => createPlaceCodec(),
};
const BACKENDS: Readonly<Record<string, (codec: Codec) => Promise<Store>>> = {
  memory: async (codec) => createStore(createMemoryBackend(), { codec, name: crypto.randomUUID() }),
  IndexedDB: (codec) => openStore(`archive-${crypto.randomUUID()}`, { codec, durability: "relaxed" }),
};
const [conversation] = shapes;
const shared = shapes.find(({ name }) => name === "messages that are in several lists at once")!;

async function fill(store: Store): Promise<void> {
  for (const [traceId, { start, change }] of Object.entries({ conversation: conversation!, shared })) {
    const state = start();
    for (let step = 0; step < 8; step++) {
      change(state, step);
      await store.saveWithTrace(traceId, createCheckpoint(state, { metadata: { step, at: new Date(step) } }));
    }
    await store.delete((await store.list(traceId))[3]!);
  }
  await store.fork((await store.list("shared"))[1]!, "fork");
  await store.saveWithTrace("fork", createCheckpoint(shared.start()));
}

const kinds = Object.keys(BACKENDS).flatMap((backend) => Object.keys(CODECS).map((codec) => [backend, codec] as const));
for (const [i, [backend, codec]] of kinds.entries()) {
  for (const [toBackend, toCodec] of [kinds[(i + 1) % 6]!, kinds[(i + 4) % 6]!]) {
    test(`${backend}, ${codec} to ${toBackend}, ${toCodec}, and again, and on`, { timeout: 60_000 }, async () => {
      const store = await BACKENDS[backend]!(CODECS[codec]!());
      const copy = await BACKENDS[toBackend]!(CODECS[toCodec]!());
      await fill(store);
      const bytes = await bytesOf(exportTraces(store));
      await importTraces(copy, streamOf(bytes));
      for (const traceId of ["conversation", "shared", "fork"]) await assertSameTrace(copy, store, traceId);
      expect(await importTraces(copy, streamOf(bytes))).toEqual({
        traces: 3,
        checkpoints: 0,
        present: 16,
        skipped: [],
      });
      await store.saveWithTrace("shared", createCheckpoint(conversation!.start()));
      expect(await importTraces(copy, exportTraces(store), { onConflict: "extend" })).toEqual({
        traces: 3,
        checkpoints: 1,
        present: 16,
        skipped: [],
      });
      await assertSameTrace(copy, store, "shared");
      for (const traceId of ["conversation", "shared", "fork"]) await copy.prune(traceId, 0);
      expect((await copy.usage()).storedBytes).toBe(0);
      await store.close();
      await copy.close();
    });
  }
}

test("an archive of a codec that encrypts has no word of the states, and opens with that codec alone", async () => {
  const store = await BACKENDS["memory"]!(createSuperjsonCodec());
  await store.saveWithTrace(
    "trace",
    createCheckpoint({ secret: "hidden words" }, { metadata: { note: "hidden words" } }),
  );
  const bytes = await bytesOf(exportTraces(store, { codec: createPlaceCodec() }));
  expect(new TextDecoder().decode(bytes)).not.toContain("hidden words");
  const copy = await BACKENDS["memory"]!(createStructuredCloneCodec());
  await expect(importTraces(copy, streamOf(bytes))).rejects.toMatchObject({
    code: "codec-mismatch",
    expected: "superjson",
    actual: "place",
  });
  await importTraces(copy, streamOf(bytes), { codec: createPlaceCodec() });
  await assertSameTrace(copy, store, "trace");
});

class Money {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
}

test("instances come through an archive whose codec was not told of their class, and are made where it is known", async () => {
  const knowing = () => createSuperjsonCodec({ classes: { Money } });
  const store = await BACKENDS["memory"]!(knowing());
  const price = { price: new Money(5) };
  await store.saveWithTrace("trace", createCheckpoint(price, { id: "a" }));
  const bytes = await bytesOf(exportTraces(store));
  const copy = await BACKENDS["memory"]!(knowing());
  await importTraces(copy, streamOf(bytes));
  const { state } = (await copy.load("a"))!;
  expect(state).toEqual(price);
  expect((state as typeof price).price).toBeInstanceOf(Money);
  const unknowing = await BACKENDS["memory"]!(createSuperjsonCodec());
  await importTraces(unknowing, streamOf(bytes));
  await expect(unknowing.load("a")).rejects.toMatchObject({ code: "codec-mismatch", actual: "Money" });
});

test("a codec that makes neither text nor bytes is a TypeError", async () => {
  const store = await BACKENDS["memory"]!(createSuperjsonCodec());
  await store.saveWithTrace("trace", createCheckpoint({ a: 1 }));
  await expect(bytesOf(exportTraces(store, { codec: createStructuredCloneCodec() }))).rejects.toThrow(TypeError);
});
