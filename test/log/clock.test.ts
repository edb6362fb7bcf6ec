import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { SaveClock } from "../../src/log/clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_000 }));
afterEach(() => void vi.useRealTimers());

test("is the system's clock, and never the same time twice, even where that stands still or goes back", () => {
  const clock = new SaveClock();
  expect(clock.next()).toBe(1_000);
  const times = [clock.next(), clock.next()];
  vi.setSystemTime(500);
  times.push(clock.next());
  for (let i = 1; i < times.length; i += 1) expect(times[i]).toBeGreaterThan(times[i - 1]!);
  vi.setSystemTime(2_000);
  expect(clock.next()).toBe(2_000);
});

test.each([1e12, 8.64e15])("goes on after the latest save in the store, at %d", async (savedAt) => {
  const backend = createMemoryBackend();
  await backend.write(async (tx) => tx.put("traces", { traceId: "t", savedAt }));
  const clock = new SaveClock();
  await backend.read((tx) => clock.catchUp(tx));
  expect(clock.next()).toBeGreaterThan(savedAt);
});

test("a save whose time is damaged does not stop it", async () => {
  const backend = createMemoryBackend();
  await backend.write(async (tx) => tx.put("traces", { traceId: "t", savedAt: Infinity }));
  const clock = new SaveClock();
  await backend.read((tx) => clock.catchUp(tx));
  expect(clock.next()).toBe(1_000);
});
