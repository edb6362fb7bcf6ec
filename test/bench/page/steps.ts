import { openStore } from "../../../src/index.ts";
import { runSteps } from "../../../src/steps.ts";
import { assertEqual } from "../work/equal.ts";
import { DATABASE } from "./one-run.ts";

const TRACE = "steps";

/** A run of so many steps, one after the other, and then started over in a store that was just opened. */
export async function measureSteps({ steps, times }: { steps: number; times: number }) {
  const figures = { saves: [] as number[], plainSave: [] as number[], startOver: [] as number[] };
  const store = await openStore(DATABASE);
  let ran = 0;
  const agent = (on: typeof store) =>
    runSteps(on.trace(TRACE), async (step) => {
      for (let i = 0; i < steps; i += 1) {
        const start = performance.now();
        await step.run(`read ${i}`, () => ((ran += 1), { id: i, title: `page ${i}`, text: "x".repeat(80) }));
        if (figures.saves.length < steps) figures.saves.push(performance.now() - start);
      }
      throw new Error("start over");
    }).catch(() => undefined);
  await agent(store);
  // What a step is to cost: a small save to another trace, of the same store.
  const plain = store.trace("plain");
  for (let i = 0; i < 200; i += 1) {
    const start = performance.now();
    await plain.save({ i, text: "x".repeat(80) });
    figures.plainSave.push(performance.now() - start);
  }
  await store.close();
  for (let time = 0; time < times; time += 1) {
    const start = performance.now();
    const again = await openStore(DATABASE);
    await agent(again);
    figures.startOver.push(performance.now() - start);
    await again.close();
  }
  assertEqual(ran, steps, "steps run, once each");
  return figures;
}
