import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { assert, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { shapes } from "../shapes.ts";
import type { Shape } from "../shape.ts";
import { numbers } from "../steps.ts";

/** Changes the state in place, saves it, and answers a checkpoint with a copy of what was saved. */
function stepper(shape: Shape) {
  const state = shape.start();
  let step = 0;
  return (): { readonly mine: Checkpoint; readonly copy: Checkpoint } => {
    if (step > 0) shape.change(state, step);
    step += 1;
    const mine = createCheckpoint(state, { metadata: { step } });
    return { mine, copy: { ...mine, state: structuredClone(state) } };
  };
}

function evolution(shape: Shape): ConformanceCase[] {
  return [
    {
      name: `evolution: ${shape.name}: every step comes back, also after others were deleted and pruned`,
      async run({ open }) {
        const store = await open();
        const next = stepper(shape);
        const save = async (count: number, saved: Checkpoint[]) => {
          for (let n = 0; n < count; n++) {
            const { mine, copy } = next();
            await store.saveWithTrace("trace", mine);
            saved.push(copy);
          }
        };
        const draw = numbers(7);
        const drop = async (count: number, saved: Checkpoint[]) => {
          for (let n = 0; n < count; n++) {
            const [gone] = saved.splice(draw(saved.length), 1);
            assert(await store.delete(gone!.id), "a checkpoint that was there should be deleted");
          }
        };
        let saved: Checkpoint[] = [];
        await save(8, saved);
        await drop(3, saved);
        await save(4, saved);
        await drop(2, saved);
        await assertHas(store, "trace", saved);
        await store.delete(saved.pop()!.id);
        await save(2, saved);
        await store.prune("trace", 4);
        saved = saved.slice(-4);
        await assertHas(store, "trace", saved);
        // A retry of any of them is known for one, even if the state is another object by now.
        for (const copy of saved) await store.saveWithTrace("trace", copy);
        await save(2, saved);
        await assertHas(store, "trace", saved);
        await store.prune("trace", 0);
        await save(2, []);
      },
    },
    {
      name: `evolution: ${shape.name}: steps saved without awaiting, from two runs in turn, come back`,
      async run({ open }) {
        const store = await open();
        const runs = ["one", "two"].map((traceId) => ({ traceId, next: stepper(shape), saved: [] as Checkpoint[] }));
        const pending: Promise<void>[] = [];
        for (let step = 0; step < 6; step++) {
          for (const { traceId, next, saved } of runs) {
            const { mine, copy } = next();
            pending.push(store.saveWithTrace(traceId, mine));
            saved.push(copy);
          }
        }
        await Promise.all(pending);
        for (const { traceId, saved } of runs) await assertHas(store, traceId, saved);
      },
    },
  ];
}

/** A read gives the state back exactly, however it came about. */
export const evolutionCases: readonly ConformanceCase[] = [
  ...shapes.flatMap(evolution),
  {
    name: "evolution: a run that goes back to an earlier checkpoint comes back on both ways",
    async run({ open }) {
      const store = await open();
      const saved: Checkpoint[] = [];
      const state = { messages: [] as string[], files: {} as Record<string, string> };
      const save = async (from: typeof state, step: string) => {
        from.messages.push(step);
        from.files[step] = step.repeat(50);
        saved.push(createCheckpoint(structuredClone(from)));
        await store.saveWithTrace("trace", { ...saved.at(-1)!, state: from });
      };
      for (const step of ["a", "b", "c", "d"]) await save(state, step);
      const earlier = (await store.load(saved[1]!.id))!.state as typeof state;
      for (const step of ["x", "y"]) await save(earlier, step);
      for (const step of ["e", "f"]) await save(state, step);
      await assertHas(store, "trace", saved);
      await store.delete(saved[1]!.id);
      await assertLoads(store, saved[0]!, ...saved.slice(2));
    },
  },
];
