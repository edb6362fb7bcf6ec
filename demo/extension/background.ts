import { openStore } from "waystone";
import type { StepsState } from "waystone/steps";
import data from "virtual:baseline-data";
import { createGraph, graphHashOf } from "../agents/scout/graph.ts";
import { failureText } from "../ui/failure-text.ts";
import { showQuestions } from "./badge.ts";
import { Drives } from "./drives.ts";
import { announcePresence } from "./presence.ts";
import { Settings } from "./settings.ts";
import { WakeAlarm } from "./wake-alarm.ts";
import type { Wish, WishAnswer } from "./wishes.ts";

// The worker: it is started by any event that it listens to, stopped after thirty idle seconds, and remembers nothing.
// Chrome wakes it only for listeners that were added before the first await.

const settings = new Settings();
const drives = open();

async function open(): Promise<Drives> {
  const [store] = await Promise.all([openStore<StepsState>("baseline-scout"), settings.ready]);
  const graphHash = graphHashOf(data);
  showQuestions(store);
  return new Drives({ store, graph: createGraph(data), graphHash, settings, alarm: new WakeAlarm() });
}

async function fulfil(wish: Wish): Promise<void> {
  const at = await drives;
  switch (wish.kind) {
    case "wake":
      return await at.takeUp();
    case "start":
      return await at.start(wish.traceId, { goal: wish.goal, targets: wish.targets, startedAt: new Date() });
    case "answer":
      return await at.answer(wish.traceId, wish.id, { choice: wish.choice, decidedAt: new Date() });
    case "remove":
      return await at.remove(wish.traceId);
  }
}

// To be woken is enough: whatever wakes a worker, it takes up what is unfinished.
const beWoken = (): void => {};
chrome.runtime.onStartup.addListener(beWoken);
chrome.runtime.onInstalled.addListener(beWoken);
chrome.alarms.onAlarm.addListener(beWoken);
chrome.runtime.onMessage.addListener((wish, _sender, respond: (answer: WishAnswer) => void) => {
  fulfil(wish as Wish).then(
    () => respond({}),
    (error: unknown) => respond({ failure: failureText(error) }),
  );
  return true;
});

announcePresence();
void drives.then((at) => at.takeUp());
