import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { previewPrune } from "../../src/verbs/retain.ts";
import { RecordedTrace } from "./recorded-trace.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_000 }));
afterEach(() => void vi.useRealTimers());

/** Saves a second apart, of which those with the given numbers, from 1 on, are pinned. */
async function filled(count: number, ...pinned: number[]): Promise<RecordedTrace> {
  const trace = new RecordedTrace();
  for (let step = 1; step <= count; step += 1) {
    vi.setSystemTime(step * 1_000);
    await trace.save({ text: `${step}`.padEnd(1_000) }, { isPinned: pinned.includes(step) });
  }
  return trace;
}

const numbersIn = (trace: RecordedTrace) => [...trace.states.keys()].map((id) => Number(id.slice(2)));

describe("retention keeps", () => {
  test("the newest, and what is pinned", async () => {
    const trace = await filled(10, 3, 4);
    expect(await trace.retain({ keepLast: 3 })).toEqual(["t-7", "t-6", "t-5", "t-2", "t-1"]);
    await trace.expectWhole();
    expect(await trace.retain({ keepLast: 3 })).toEqual([]);
    expect(await trace.retain({ keepLast: 1 })).toEqual(["t-9", "t-8"]);
    await trace.expectWhole();
  });

  test("what is young enough, and the newest in any case", async () => {
    const trace = await filled(10);
    await trace.retain({ maxAgeMs: 3_500 });
    expect(numbersIn(trace)).toEqual([7, 8, 9, 10]);
    vi.setSystemTime(1e9);
    await trace.retain({ maxAgeMs: 1 });
    expect(numbersIn(trace)).toEqual([10]);
    await trace.expectWhole();
  });

  test("as many of the newest as there is room for, and no fewer", async () => {
    const trace = await filled(100, 50);
    const { bytes } = (await trace.trace())!;
    await trace.retain({ maxBytes: bytes / 2 });
    const left = (await trace.trace())!.bytes;
    expect(left).toBeLessThanOrEqual(bytes / 2);
    expect(left).toBeGreaterThan(bytes / 2 - (2 * bytes) / 100);
    expect(numbersIn(trace).includes(50)).toBe(true);
    await trace.expectWhole();
    await trace.retain({ maxBytes: 1 });
    expect(numbersIn(trace)).toEqual([50, 100]);
  });

  test("what all rules together keep", async () => {
    const trace = await filled(10);
    await trace.retain({ keepLast: 8, maxAgeMs: 4_500 });
    expect(numbersIn(trace)).toEqual([6, 7, 8, 9, 10]);
  });
});

test("retention with a save removes in the same transaction, and reports what went", async () => {
  const trace = await filled(3);
  const { pruned } = await trace.save({ n: 4 }, { retention: { keepLast: 2 } });
  expect(pruned).toEqual(["t-2", "t-1"]);
  await trace.expectWhole();
  await trace.save({ n: 5 }, { retention: { keepLast: 2 } });
  await trace.expectWhole();
});

test.each([
  ["no pins", []],
  ["pins", [3, 10, 31, 32, 60]],
] as const)("with %s, a preview says what a prune does", async (_, pins) => {
  const trace = await filled(80, ...pins);
  await trace.fold();
  for (const keep of [100, 80, 50, 40, 39, 7]) {
    const before = (await trace.trace())!;
    const preview = await trace.backend.read((tx) => previewPrune(tx, before, keep));
    const stays = numbersIn(trace).filter((number, i, all) => i >= all.length - keep || pins.includes(number as never));
    expect(await trace.retain({ keepLast: keep })).toEqual(preview.ids);
    expect(numbersIn(trace)).toEqual(stays);
    expect(before.bytes - (await trace.trace())!.bytes).toBe(preview.bytes);
    await trace.expectWhole();
  }
  const all = (await trace.trace())!;
  expect((await trace.backend.read((tx) => previewPrune(tx, all, 0))).bytes).toBe(all.bytes);
});
