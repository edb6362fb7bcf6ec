import { openStore } from "waystone";

/** Saves so many steps of a run. For a page to import. @public */
export async function save(name: string, steps: number): Promise<void> {
  const store = await openStore(name);
  for (let step = 0; step < steps; step++) await store.trace("run").save({ step, text: "x".repeat(1_000) });
  await store.close();
}

/** What is there, and what was told of a loss. @public */
export async function look(name: string): Promise<{ losses: number; checkpoints: number }> {
  let losses = 0;
  const store = await openStore(name, { onDataLoss: () => void (losses += 1) });
  const { length } = await store.list("run");
  await store.close();
  return { losses, checkpoints: length };
}
