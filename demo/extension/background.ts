import { openStore } from "waystone";
import data from "virtual:baseline-data";
import { NODES, createGraph } from "../agent/graph.ts";
import type { ScoutState } from "../agent/state.ts";
import { startState } from "../agent/state.ts";
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
  const [store] = await Promise.all([openStore<ScoutState>("baseline-scout"), settings.ready]);
  const graphHash = `scout-1 ${NODES.join("-")} ${data.version}`;
  showQuestions(store);
  return new Drives({ store, graph: createGraph(data), graphHash, settings, alarm: new WakeAlarm() });
}

async function takeUp(): Promise<void> {
  await (await drives).takeUp();
}

async function fulfil(wish: Wish): Promise<void> {
  const at = await drives;
  switch (wish.kind) {
    case "wake":
      return await at.takeUp();
    case "start":
      return await at.start(wish.traceId, startState(wish.goal, wish.targets, new Date()));
    case "answer":
      return await at.answer(wish.traceId, wish.id, { choice: wish.choice, decidedAt: new Date() });
    case "remove":
      return await at.remove(wish.traceId);
  }
}

chrome.runtime.onStartup.addListener(() => void takeUp());
chrome.runtime.onInstalled.addListener(() => void takeUp());
chrome.alarms.onAlarm.addListener(() => void takeUp());
chrome.runtime.onMessage.addListener((wish, _sender, respond: (answer: WishAnswer) => void) => {
  fulfil(wish as Wish).then(
    () => respond({}),
    (error: unknown) => respond({ failure: failureText(error) }),
  );
  return true;
});

announcePresence();
void takeUp();
