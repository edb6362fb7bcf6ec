import { openStore } from "waystone";
import type { StepsState } from "waystone/steps";
import { scoutSource } from "../scout-source.ts";
import { showFailedPage } from "../ui/failed-page.ts";
import { WorkerPresence } from "./presence.ts";
import { Settings } from "./settings.ts";
import { ScoutPopup } from "./ui/scout-popup.ts";

async function main(): Promise<void> {
  const store = await openStore<StepsState>("baseline-scout");
  const popup = new ScoutPopup({ store: scoutSource(store), settings: new Settings(), presence: new WorkerPresence() });
  document.body.append(popup);
  await popup.open();
}

main().catch((error: unknown) => showFailedPage("The scout can't start.", error));
