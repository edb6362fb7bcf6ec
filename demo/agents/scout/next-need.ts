import type { NodeName } from "./graph.ts";
import type { Need, ScoutState } from "./state.ts";

/** Where a run goes once a need is settled: to the next one, or to writing when there is none left. */
export function afterNeed(state: ScoutState): NodeName {
  if (unsearched(state)) return "search";
  return undrafted(state) ? "draft" : "report";
}

export function unsearched(state: ScoutState): Need | undefined {
  return state.needs.find((need) => !need.candidates);
}

export function unjudged(state: ScoutState): Need | undefined {
  return state.needs.find((need) => need.candidates && !need.judgement);
}

export function undrafted(state: ScoutState): Need | undefined {
  return state.needs.find((need) => !need.section);
}

/** The conflict that nobody has decided yet. */
export function undecided(state: ScoutState): Need | undefined {
  return state.needs.find((need) => need.judgement?.verdict === "conflict" && !need.decision);
}
