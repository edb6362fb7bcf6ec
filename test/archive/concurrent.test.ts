import { expect, test } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Store } from "../../src/core/store.ts";
import { openStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { assertSameCheckpoint } from "../../src/testing/assertions.ts";
import { bytesOf, streamOf } from "../../src/testing/archiving.ts";
import { noise, numbers } from "../../src/testing/steps.ts";

async function filled(): Promise<{ store: Store; saved: ReturnType<typeof createCheckpoint>[] }> {
  const store = await openStore(`archive-${crypto.randomUUID()}`, { durability: "relaxed" });
  const state = { log: [] as string[], kept: noise(1, 30_000) };
  const saved = [];
  for (let step = 0; step < 40; step++) {
    state.log.push(noise(step, 20_000));
    if (state.log.length > 6) state.log.splice(step % 6, 1);
    saved.push(createCheckpoint(structuredClone(state)));
    await store.saveWithTrace("trace", { ...saved[step]!, state });
  }
  return { store, saved };
}

/** Reads an archive as a slow consumer would, and does something between its chunks. */
async function readSlowly(
  stream: ReadableStream<Uint8Array>,
  between: (chunk: number) => Promise<unknown>,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    await between(chunks.length);
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

async function expectWhole(
  bytes: Uint8Array,
  saved: readonly ReturnType<typeof createCheckpoint>[],
): Promise<string[]> {
  const copy = createMemoryStore();
  await importTraces(copy, streamOf(bytes));
  const ids = (await copy.list("trace")).reverse();
  expect(ids).toEqual(saved.map(({ id }) => id).filter((id) => ids.includes(id)));
  for (const one of saved) if (ids.includes(one.id)) await assertSameCheckpoint(await copy.load(one.id), one, one.id);
  for (const id of ids.filter((_, n) => n % 3 === 1)) await copy.delete(id);
  const left = ids.filter((_, n) => n % 3 !== 1);
  for (const one of saved) if (left.includes(one.id)) await assertSameCheckpoint(await copy.load(one.id), one, one.id);
  await copy.prune("trace", 1);
  await copy.prune("trace", 0);
  expect((await copy.usage()).storedBytes).toBe(0);
  return ids;
}

for (const seed of [1, 2, 3, 4]) {
  test(
    `deletes, prunes and saves while an archive is read slowly leave whole checkpoints in it, seed ${seed}`,
    { timeout: 60_000 },
    async () => {
      const { store, saved } = await filled();
      const draw = numbers(seed);
      let changes = 0;
      const bytes = await readSlowly(exportTraces(store), async (chunk) => {
        const list = await store.list("trace");
        if (draw(3) === 0) await store.delete(list[draw(list.length)]!);
        else if (draw(4) === 0 && list.length > 12) await store.prune("trace", list.length - 2);
        else await store.saveWithTrace("trace", createCheckpoint({ chunk }));
        changes += 1;
      });
      expect(changes).toBeGreaterThan(8);
      const ids = await expectWhole(bytes, saved);
      expect(ids.length).toBeGreaterThan(10);
      expect(ids.length).toBeLessThanOrEqual(40);
      await store.close();
    },
  );
}

test("a trace that is deleted and made again meanwhile ends with what was read of it", async () => {
  const { store, saved } = await filled();
  const bytes = await readSlowly(exportTraces(store), async (chunk) => {
    if (chunk !== 4) return;
    await store.deleteTrace("trace");
    for (const { id } of saved) await store.saveWithTrace("trace", createCheckpoint(`another ${id}`, { id }));
  });
  const ids = await expectWhole(bytes, saved);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.length).toBeLessThan(40);
  await store.close();
});

test("nothing is read before it is asked for, and an export that was given up leaves the store free", async () => {
  const { store } = await filled();
  const stream = exportTraces(store);
  await store.deleteTrace("trace");
  expect(new TextDecoder().decode(await bytesOf(stream)).split("\n").length).toBe(3);
  const another = exportTraces(store);
  await another.cancel();
  await store.close();
});

test("a signal ends an export and an import, with its reason", async () => {
  const { store } = await filled();
  const reason = new Error("enough");
  const exporting = new AbortController();
  const stream = exportTraces(store, { signal: exporting.signal, onProgress: () => exporting.abort(reason) });
  await expect(bytesOf(stream)).rejects.toBe(reason);
  const importing = new AbortController();
  const copy = createMemoryStore();
  const stuck = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
  setTimeout(() => importing.abort(reason), 5);
  await expect(importTraces(copy, stuck, { signal: importing.signal })).rejects.toBe(reason);
  await store.close();
});

test("a save to the trace while it is imported is a conflict, and stays", async () => {
  const { store } = await filled();
  for (let n = 0; n < 20; n++) await store.saveWithTrace("big", createCheckpoint(noise(n, 200_000)));
  const copy = createMemoryStore();
  const mine = createCheckpoint("mine");
  let saving: Promise<void> | undefined;
  copy.watch(({ kind }) => {
    if (kind === "saved") saving ??= copy.saveWithTrace("big", mine);
  });
  await expect(importTraces(copy, exportTraces(store, { traceIds: ["big"] }))).rejects.toMatchObject({
    code: "conflict",
    traceId: "big",
  });
  await saving;
  expect((await copy.loadLatest("big"))!.state).toBe("mine");
  await store.close();
});
