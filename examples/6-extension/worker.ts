import { openStore } from "waystone";
import { runSteps } from "waystone/steps";

const THINGS = ["shoes", "coat", "umbrella", "lunch", "map"];

/** Runs the agent, or goes on with it. A worker is stopped whenever the browser sees fit, and remembers nothing. */
async function drive(): Promise<void> {
  const store = await openStore("example-extension");
  // Whoever is stopped is followed by another one.
  await chrome.alarms.create("wake", { periodInMinutes: 1 });
  await runSteps(store.trace("run-1"), async (step) => {
    for (const thing of THINGS) {
      await step.run(`pack ${thing}`, () => new Promise<void>((resolve) => setTimeout(resolve, 1500)));
    }
    return `We go, with ${THINGS.join(", ")}.`;
  });
  await chrome.alarms.clear("wake");
}

const show = (): void => void chrome.tabs.create({ url: "page.html" });

// Chrome starts a worker only for listeners that were added before the first await. To be started is enough: it drives.
chrome.alarms.onAlarm.addListener(() => undefined);
chrome.runtime.onMessage.addListener((_message, _sender, respond) => (respond("awake"), true));
chrome.runtime.onInstalled.addListener(show);
chrome.action.onClicked.addListener(show);

void drive();
