import { describe, expect, test } from "vitest";
import { capture } from "../../src/state/capture.ts";
import { putOwner } from "../../src/log/owners.ts";
import { emptyBase } from "../../src/verbs/base.ts";
import { OVERTAKEN, prepareSave, writeSaves, type PreparedSave } from "../../src/verbs/save.ts";
import { CODECS, RecordedTrace } from "./recorded-trace.ts";

/** Saves made at these times, worked out one on the other and written together. */
async function saveAll(
  trace: RecordedTrace,
  times: readonly number[],
  rules = { retention: {}, owner: undefined as string | undefined },
) {
  const base = emptyBase();
  const saves: (PreparedSave & { rules: typeof rules })[] = [];
  for (const [i, createdAt] of times.entries()) {
    const head = { id: `c${i}`, createdAt, traceId: "t" };
    const snapshot = capture({ i }, { base: base.snapshot });
    saves.push({ ...(await prepareSave(head, snapshot, { base, codecs: CODECS, clock: trace.clock })), rules });
  }
  return trace.backend.write((tx) => writeSaves(tx, "t", { saves, base: emptyBase() }));
}

test("saves get the next position and a later timestamp, whatever time they were made at", async () => {
  const trace = new RecordedTrace();
  const { saved, trace: record } = await saveAll(trace, [100, 50, 50, 200]);
  expect(saved.map(({ head }) => [head.seq, head.timestamp, head.createdAt])).toEqual([
    [1, 100, 100],
    [2, 101, 50],
    [3, 102, 50],
    [4, 200, 200],
  ]);
  expect(saved.map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  expect(record).toMatchObject({ seq: 4, timestamp: 200, checkpoints: 4, version: 4, latest: { id: "c3" } });
  const { checkpoints } = await trace.records();
  const times = checkpoints.map(({ savedAt }) => savedAt);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
});

test("retention is applied once for saves that go together", async () => {
  const trace = new RecordedTrace();
  const { saved } = await saveAll(trace, [1, 2, 3, 4, 5], { retention: { keepLast: 2 }, owner: undefined });
  expect(saved.map(({ pruned }) => pruned.length)).toEqual([0, 0, 0, 0, 3]);
  expect((await trace.records()).checkpoints.map(({ id }) => id)).toEqual(["c3", "c4"]);
});

describe("nothing is written", () => {
  test("where the trace was changed since", async () => {
    const trace = new RecordedTrace();
    await trace.save({ first: true });
    await expect(saveAll(trace, [1])).rejects.toBe(OVERTAKEN);
    await expect(saveAll(trace, [1], { retention: { keepLast: 1 }, owner: undefined })).rejects.toBe(OVERTAKEN);
    await trace.expectWhole();
  });

  test("where the trace is another's", async () => {
    const trace = new RecordedTrace();
    await trace.backend.write(async (tx) => putOwner(tx, { traceId: "t", owner: "other" }));
    await expect(saveAll(trace, [1], { retention: {}, owner: "me" })).rejects.toMatchObject({ code: "conflict" });
    await trace.expectWhole();
    await saveAll(trace, [1], { retention: {}, owner: "other" });
  });
});
