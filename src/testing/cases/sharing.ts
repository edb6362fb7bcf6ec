import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { assert } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { smallStepShapes } from "../small-steps.ts";
import type { Shape } from "../shape.ts";
import { noise, noiseBytes } from "../steps.ts";

const STEPS = 20;

async function storedBytes(store: Store): Promise<number> {
  return (await store.usage()).storedBytes;
}

/** Bytes that each step adds, on average, and those of the state they add to. */
async function grow(store: Store, shape: Shape): Promise<{ perStep: number; state: number }> {
  const state = shape.start();
  await store.saveWithTrace("trace", createCheckpoint(state));
  const before = await store.usage();
  for (let step = 1; step <= STEPS; step++) {
    shape.change(state, step);
    await store.saveWithTrace("trace", createCheckpoint(state));
  }
  return { perStep: ((await storedBytes(store)) - before.storedBytes) / STEPS, state: before.wholeStateBytes };
}

/** The numbers of as many parts of 1,000 as make up a length. */
function parts(length: number): number[] {
  return Array.from({ length: length / 1_000 }, (_, n) => n);
}

const FORMS: readonly (readonly [what: string, part: (seed: number, length: number) => unknown])[] = [
  ["a string", noise],
  ["bytes", noiseBytes],
  ["a list", (seed, length) => parts(length).map((n) => ({ text: noise(seed + n, 1_000) }))],
  ["a record", (seed, length) => Object.fromEntries(parts(length).map((n) => [`k${n}`, noise(seed + n, 1_000)]))],
];

/** A save writes what changed. */
export const sharingCases: readonly ConformanceCase[] = [
  ...smallStepShapes.map((shape): ConformanceCase => ({
    name: `sharing: ${shape.name}: a save adds what changed`,
    needs: ["usage", "sharing"],
    async run({ open }) {
      const { perStep, state } = await grow(await open(), shape);
      assert(state > 80_000, `a state of this shape has 80 kB at least, but wholeStateBytes says ${state}`);
      assert(perStep > 0, "a save that changes something adds something");
      const share = `${Math.round(perStep)} bytes a step, on a state of ${state}`;
      assert(perStep < state / 12, `a save should add little, but added ${share}`);
    },
  })),
  ...FORMS.flatMap(([what, part]): ConformanceCase[] => [
    {
      name: `sharing: ${what} that stays the same is stored once, however it was come by`,
      needs: ["usage", "sharing"],
      async run({ open }) {
        const store = await open();
        const big = () => part(3, 200_000);
        await store.saveWithTrace("trace", createCheckpoint({ step: 0, big: big() }));
        const before = await storedBytes(store);
        for (let step = 1; step <= 10; step++) {
          await store.saveWithTrace("trace", createCheckpoint({ step, big: big() }));
        }
        const latest = (await store.loadLatest("trace"))!;
        await store.saveWithTrace("trace", createCheckpoint(latest.state));
        const added = (await storedBytes(store)) - before;
        assert(added < 40_000, `eleven saves that changed a number added ${added} bytes`);
      },
    },
    {
      name: `sharing: ${what} that another checkpoint has too stays as long as that one does`,
      needs: ["usage", "sharing"],
      async run({ open }) {
        const store = await open();
        const big = part(5, 200_000);
        const ids = ["1", "2", "3"];
        for (const id of ids) await store.saveWithTrace("trace", createCheckpoint({ id, big }, { id }));
        const full = await storedBytes(store);
        await store.delete("1");
        await store.delete("3");
        const one = await storedBytes(store);
        assert(one > full / 2, `what is still needed went: ${full} bytes became ${one}`);
        await store.saveWithTrace("trace", createCheckpoint({ id: "4" }, { id: "4" }));
        await store.delete("2");
        const none = await storedBytes(store);
        assert(none < full / 10, `what nobody needs stayed: ${full} bytes became ${none}`);
      },
    },
  ]),
];
