import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Change } from "../../src/core/trace.ts";
import { ChangeOrder } from "../../src/watch/change-order.ts";

let heard: string[];
let order: ChangeOrder;

beforeEach(() => {
  vi.useFakeTimers();
  heard = [];
  order = new ChangeOrder(({ traceId, version, kind }) => {
    heard.push(`${traceId}${version}${kind === "deleted" ? "" : "!"}`);
  });
});

afterEach(() => vi.useRealTimers());

function take(traceId: string, ...versions: readonly number[]): void {
  for (const version of versions) order.take({ traceId, version, kind: "deleted", ids: [], origin: "remote" });
}

function takeEnd(traceId: string, version: number): void {
  order.take({ traceId, version, kind: "trace-deleted", origin: "remote" } satisfies Change);
}

test("what comes in order is handed on at once, from wherever it begins", () => {
  take("a", 7, 8, 9);
  take("b", 1, 2);
  expect(heard).toEqual(["a7", "a8", "a9", "b1", "b2"]);
});

test("what overtook others waits for them, and no other trace waits", () => {
  take("a", 1, 4, 3, 6);
  take("b", 1);
  expect(heard).toEqual(["a1", "b1"]);
  take("a", 2);
  expect(heard).toEqual(["a1", "b1", "a2", "a3", "a4"]);
  take("a", 5);
  expect(heard.slice(5)).toEqual(["a5", "a6"]);
  vi.runAllTimers();
  expect(heard).toHaveLength(7);
});

test("a change that never comes leaves a gap, and one that comes too late is still told", () => {
  take("a", 1, 3, 4, 7);
  vi.advanceTimersByTime(499);
  expect(heard).toEqual(["a1"]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual(["a1", "a3", "a4"]);
  take("a", 2);
  expect(heard.at(-1)).toBe("a2");
  vi.advanceTimersByTime(500);
  expect(heard.at(-1)).toBe("a7");
  take("a", 8);
  expect(heard.at(-1)).toBe("a8");
});

test("a trace that begins anew, deleted or emptied, is followed from its first change", () => {
  take("a", 1, 2, 3);
  takeEnd("a", 4);
  take("a", 1, 3, 2);
  take("a", 1, 2);
  expect(heard).toEqual(["a1", "a2", "a3", "a4!", "a1", "a2", "a3", "a1", "a2"]);
});

test("what overtook the first change of a trace that begins anew waits for it", () => {
  take("a", 1, 2, 3);
  takeEnd("a", 4);
  take("a", 2, 1);
  expect(heard.slice(4)).toEqual(["a1", "a2"]);
});

test("nothing is handed on once it is cleared, and the traces are met anew", () => {
  take("a", 1, 3);
  order.clear();
  vi.runAllTimers();
  take("a", 9);
  expect(heard).toEqual(["a1", "a9"]);
});

test("however many traces there are, those that wait are kept", () => {
  take("waits", 1, 3);
  for (let n = 0; n < 3000; n++) take(`${n}-`, 1);
  expect(heard).not.toContain("waits3");
  take("waits", 2);
  expect(heard.slice(-2)).toEqual(["waits2", "waits3"]);
});

/** Versions 2 to `count` + 1 in any order, some of them missing. */
const overtaking = fc
  .nat({ max: 12 })
  .chain((count) => fc.shuffledSubarray(Array.from({ length: count }, (_, n) => n + 2)));

test("whatever overtakes whatever, and whatever never comes: each change is told once, and in order", () => {
  fc.assert(
    fc.property(fc.array(overtaking, { maxLength: 3 }), (traces) => {
      heard = [];
      order.clear();
      traces.forEach((versions, n) => take(`${n}-`, 1, ...versions));
      vi.runAllTimers();
      const expected = traces.map((versions, n) =>
        [1, ...versions].sort((a, b) => a - b).map((version) => `${n}-${version}`),
      );
      traces.forEach((_, n) => expect(heard.filter((told) => told.startsWith(`${n}-`))).toEqual(expected[n]));
      expect(heard).toHaveLength(expected.flat().length);
    }),
  );
});

test("what has all its predecessors does not wait", () => {
  fc.assert(
    fc.property(fc.nat({ max: 12 }), fc.nat(), (count, seed) => {
      heard = [];
      order.clear();
      const versions = Array.from({ length: count }, (_, n) => n + 2);
      const late = versions.splice(seed % (count + 1), 1);
      take("a", 1, ...versions, ...late);
      expect(heard).toEqual(Array.from({ length: count + 1 }, (_, n) => `a${n + 1}`));
    }),
  );
});
