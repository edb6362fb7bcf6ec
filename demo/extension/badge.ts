import type { Store } from "waystone";
import { ASKING } from "../agents/scout/graph.ts";
import { singleFlight } from "../ui/single-flight.ts";

const ATTENTION = "#c8442f";

/** Keeps a question mark on the extension's button while a run waits for an answer. */
export function showQuestions(store: Store): void {
  let shown: boolean | undefined;
  const draw = singleFlight(async () => {
    const isAsked = (await store.traces()).some(({ latest }) => latest.nextNode === ASKING);
    if (isAsked === shown) return;
    shown = isAsked;
    await chrome.action.setBadgeBackgroundColor({ color: ATTENTION });
    await chrome.action.setBadgeText({ text: isAsked ? "?" : "" });
    await chrome.action.setTitle({ title: isAsked ? "Baseline scout asks you something" : "Baseline scout" });
  });
  store.watch((change) => {
    const isTurn =
      change.kind === "saved" && (change.head.nextNode === ASKING || change.head.metadata?.node === ASKING);
    if (isTurn || change.kind === "trace-deleted") void draw();
  });
  void draw();
}
