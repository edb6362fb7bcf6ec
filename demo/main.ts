import { openStore } from "waystone";
import data from "virtual:baseline-data";
import { digestAgent, queensAgent, scoutAgent } from "./agents/roster.ts";
import { keepOffline } from "./offline.ts";
import { Runs } from "./runs.ts";
import { showFailedPage } from "./ui/failed-page.ts";
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
  keepOffline();
  const store = await openStore("baseline-scout");
  const agents = { scout: scoutAgent(data), queens: queensAgent, digest: digestAgent };
  const runs = new Runs({ store, agents: Object.values(agents), delayMs: () => pace.ms });
  const app = new ScoutApp({ store, runs, agents, data, pace });
  document.body.append(app);
  await app.route();
  await runs.open();
}

main().catch((error: unknown) => showFailedPage("The scout can't start.", error));
