import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Folding } from "../../src/store/folding.ts";
import { RecordedTrace } from "../verbs/recorded-trace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function filled(count: number): Promise<RecordedTrace> {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < count; step += 1) {
    list.push(`element ${step}`.padEnd(200));
    await trace.save({ list });
  }
  return trace;
}

const blocks = (count: number) => Array.from({ length: count }, () => ({ bytes: 200 }));
const segmentsOf = async (trace: RecordedTrace) => (await trace.records()).segments.length;

test("begins once nobody has saved for a while, not before", async () => {
  const trace = await filled(60);
  const folding = new Folding(trace.backend);
  for (let i = 0; i < 6; i += 1) {
    folding.note("t", blocks(10));
    await vi.advanceTimersByTimeAsync(40);
    expect(await segmentsOf(trace)).toBe(0);
  }
  await vi.advanceTimersByTimeAsync(60);
  expect(await segmentsOf(trace)).toBe(1);
  await folding.close();
});

test("does not wait where there is no end to saves", async () => {
  const trace = await filled(60);
  const folding = new Folding(trace.backend);
  folding.note("t", blocks(511));
  folding.note("t", blocks(1));
  // One that is under way comes to its end.
  await folding.close();
  expect(await segmentsOf(trace)).toBe(1);
});

test("leaves few blocks alone, and begins nothing once closed", async () => {
  const trace = await filled(60);
  const folding = new Folding(trace.backend);
  folding.note("t", blocks(47));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await segmentsOf(trace)).toBe(0);
  folding.note("t", blocks(10));
  await folding.close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await segmentsOf(trace)).toBe(0);
});

test("a fold that fails is no harm to anybody", async () => {
  const trace = await filled(60);
  const write = vi.fn<() => Promise<never>>(() => Promise.reject(new Error("full")));
  const folding = new Folding({ ...trace.backend, write });
  folding.note("t", blocks(60));
  await vi.advanceTimersByTimeAsync(200);
  expect(write).toHaveBeenCalledOnce();
  await folding.close();
  await trace.expectWhole();
});
