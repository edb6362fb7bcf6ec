import { openStore } from "../../../../src/index.ts";
import { runSteps } from "../../../../src/steps.ts";

/** Runs an agent, or goes on with it. */
export async function runAgent(agent) {
  const store = await openStore("agent");
  await runSteps(store.trace("run"), (step) => agent((name, work) => step.run(name, work)));
  await store.close();
}
