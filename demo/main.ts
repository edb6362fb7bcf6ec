import { openStore } from "waystone";
import data from "virtual:baseline-data";
import { NODES, createGraph } from "./agent/graph.ts";
import { Runner } from "./agent/runner.ts";
import type { ScoutState } from "./agent/state.ts";
import { Runs } from "./runs.ts";
import { failureText } from "./ui/failure-text.ts";
import { ScoutApp } from "./ui/scout-app.ts";

const PACE = "baseline-scout.paceMs";
const DEFAULT_PACE_MS = 500;

const pace = {
  get ms() {
    return Number(localStorage.getItem(PACE) ?? DEFAULT_PACE_MS);
  },
  set ms(ms: number) {
    localStorage.setItem(PACE, String(ms));
  },
};

async function main(): Promise<void> {
  if (!window.isSecureContext) throw new Error("The page needs a secure address: https, or localhost.");
  const store = await openStore<ScoutState>("baseline-scout");
  const graphHash = `scout-1 ${NODES.join("-")} ${data.version}`;
  const runs = new Runs(store, new Runner({ store, graph: createGraph(data), graphHash }), () => pace.ms);
  const app = new ScoutApp({ store, runs, data, pace });
  document.body.append(app);
  await app.route();
  await runs.open();
}

main().catch((error: unknown) => {
  const failure = document.createElement("p");
  failure.className = "failure";
  failure.setAttribute("role", "alert");
  failure.textContent = `The scout can't start. ${failureText(error)}`;
  document.body.replaceChildren(failure);
});
