import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { keyOf, type TraceRecord } from "../../src/log/records.ts";
import { fenceOf, readFence, readTrace } from "../../src/log/trace-record.ts";
import { RecordedTrace } from "../verbs/recorded-trace.ts";

beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

async function filled(): Promise<RecordedTrace> {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < 70; step += 1) {
    list.push(`element ${step}`.padEnd(300));
    await trace.save({ list }, { isPinned: step % 30 === 5 });
    if (step === 60) await trace.fold();
  }
  await trace.remove(10, 20);
  return trace;
}

const DAMAGE = [
  [
    "is damaged",
    async ({ backend }: RecordedTrace) => {
      await backend.write(async (tx) =>
        tx.put("traces", { ...(await tx.get<TraceRecord>("traces", ["t"]))!, bytes: 1 }),
      );
    },
  ],
  ["is gone", async (trace: RecordedTrace) => trace.backend.write(async (tx) => tx.delete("traces", keyOf("t")))],
] as const;

const stored = (trace: RecordedTrace) => trace.backend.read((tx) => tx.get<TraceRecord>("traces", ["t"]));

describe.each(DAMAGE)("where the record of a trace %s", (_, damage) => {
  test("it is built again, equal to the one before, with a higher version", async () => {
    const trace = await filled();
    const { sum: __, version, ...before } = (await stored(trace)) as TraceRecord & { sum: number };
    await damage(trace);
    const rebuilt = (await trace.trace())!;
    expect(rebuilt).toEqual({ ...before, version: rebuilt.version });
    expect(rebuilt.version).toBeGreaterThan(version);
    expect(console.warn).toHaveBeenCalledOnce();
  });

  test("the next save goes on from there, and stores it", async () => {
    const trace = await filled();
    await damage(trace);
    trace.base = undefined;
    await trace.save({ list: [] });
    await trace.expectWhole();
    expect(await stored(trace)).toMatchObject({ traceId: "t", checkpoints: trace.states.size });
  });
});

test("numbers of blocks that a damaged checkpoint gave out are not given out again", async () => {
  const trace = await filled();
  const { checkpoints, rows } = await trace.records();
  await trace.backend.write(async (tx) => {
    tx.put("checkpoints", { ...checkpoints.at(-1)!, nextBlock: 1, nextNumber: 1 });
    tx.delete("traces", keyOf("t"));
  });
  const { nextBlock, nextNumber } = (await trace.trace())!;
  expect(nextBlock).toBe(rows.at(-1)!.block + 1);
  expect(nextNumber).toBeGreaterThan(checkpoints.at(-1)!.nextNumber);
});

test("there is no record of a trace that has no checkpoints", async () => {
  const { backend } = new RecordedTrace();
  expect(await backend.read((tx) => readTrace(tx, "t"))).toBeUndefined();
});

test("a trace is told from one that was made anew under the same ids", async () => {
  const trace = await filled();
  const record = (await stored(trace))!;
  const fence = await trace.backend.read((tx) => readFence(tx, "t"));
  expect(fence).toBe(fenceOf({ ...record }));
  const anew = [{ version: record.version + 1 }, { savedAt: 1 }, { latest: { ...record.latest, id: "other" } }];
  for (const change of anew) expect(fenceOf({ ...record, ...change })).not.toBe(fence);
  expect(await trace.backend.read((tx) => readFence(tx, "u"))).toBeUndefined();
});
