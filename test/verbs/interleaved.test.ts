import fc from "fast-check";
import { expect, test } from "vitest";
import { numbersIn } from "../../src/pieces/runs.ts";
import { times } from "../length.ts";
import { RecordedTrace } from "./recorded-trace.ts";

const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("save" as const),
      count: fc.integer({ min: 1, max: 30 }),
      isPinned: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), first: fc.nat(1_000), count: fc.nat(40) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("prune" as const), keep: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("squeeze" as const), part: fc.double({ min: 0.1, max: 1, noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fold" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
);

test(
  "saves, folds and removals in any order leave every checkpoint whole, and count what they leave",
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 12, size: "max" }), async (steps) => {
        const trace = new RecordedTrace();
        const messages: { text: string }[] = [];
        for (const step of steps) {
          const there = trace.states.size;
          if (step.kind === "save") {
            for (let i = 0; i < step.count; i += 1) {
              if (messages.length > 60) messages.splice(0, 55);
              messages.push({ text: `message ${i} `.repeat(20 + ((i * 97) % 300)) });
              await trace.save({ messages, i }, { isPinned: step.isPinned && i % 9 === 0 });
            }
          } else if (step.kind === "remove" && there > 0) {
            const first = step.first % there;
            await trace.remove(first, Math.min(there - 1, first + step.count));
          } else if (step.kind === "prune") await trace.retain({ keepLast: step.keep });
          else if (step.kind === "squeeze")
            await trace.retain({ maxBytes: Math.ceil(((await trace.trace())?.bytes ?? 1) * step.part) });
          else if (step.kind === "fold") await trace.fold();
          else trace.base = undefined;
          await trace.expectWhole();
        }
      }),
      { numRuns: times({ short: 6, long: 1_000 }) },
    );
  },
);

test("what no checkpoint needs any more is gone, where nothing was folded", async () => {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    list.push(`element ${step}`.padEnd(300));
    if (step % 10 === 9) list.splice(0, 8);
    await trace.save({ list });
  }
  for (const [first, last] of [
    [0, 9],
    [20, 30],
    [5, 5],
    [37, 37],
  ] as const) {
    await trace.remove(first, last);
    const { checkpoints, rows } = await trace.records();
    const needed = new Set(checkpoints.flatMap(({ needs }) => [...numbersIn(needs)]));
    expect(rows.map(({ block }) => block)).toEqual([...needed].sort((a, b) => a - b));
    await trace.expectWhole();
  }
});
