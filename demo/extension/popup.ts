import { openStore } from "waystone";
import type { ScoutState } from "../agent/state.ts";
import { failureText } from "../ui/failure-text.ts";
import { WorkerPresence } from "./presence.ts";
import { Settings } from "./settings.ts";
import { ScoutPopup } from "./ui/scout-popup.ts";

async function main(): Promise<void> {
  const store = await openStore<ScoutState>("baseline-scout");
  const popup = new ScoutPopup({ store, settings: new Settings(), presence: new WorkerPresence() });
  document.body.append(popup);
  await popup.open();
}

main().catch((error: unknown) => {
  const failure = document.createElement("p");
  failure.className = "failure";
  failure.setAttribute("role", "alert");
  failure.textContent = `The scout can't start. ${failureText(error)}`;
  document.body.replaceChildren(failure);
});
