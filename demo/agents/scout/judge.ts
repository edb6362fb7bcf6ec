import type { BaselineData } from "../../baseline-data.ts";
import type { Step } from "./graph.ts";
import { afterNeed, unjudged } from "./next-need.ts";
import type { Judgement, Need, ScoutState } from "./state.ts";
import { withNeed } from "./state.ts";
import { nameTargets, supportIn } from "./knowledge/support.ts";

/** Holds the best candidate of one need against the targets that are left. */
export function judge(data: BaselineData): (state: ScoutState) => Step {
  return (state) => {
    const need = unjudged(state);
    if (!need) return { state, nextNode: afterNeed(state), note: "nothing left to judge" };
    const judgement = judgeNeed(need, state, data);
    const note = describe(judgement);
    const next = { ...withNeed(state, need.id, { judgement }), log: [...state.log, note] };
    return { state: next, nextNode: judgement.verdict === "conflict" ? "weigh" : afterNeed(next), note };
  };
}

function judgeNeed(need: Need, state: ScoutState, data: BaselineData): Judgement {
  const feature = need.candidates?.[0]?.feature;
  if (!feature) return { verdict: "unknown", support: [] };
  const support = state.targets.map((target) => supportIn(feature, target, data));
  return {
    verdict: support.every(({ grade }) => grade === "yes") ? "safe" : "conflict",
    featureId: feature.id,
    name: feature.name,
    baseline: feature.baseline,
    ...(feature.baselineSince && { baselineSince: feature.baselineSince }),
    spec: feature.spec,
    support,
  };
}

function describe({ verdict, name, support }: Judgement): string {
  if (verdict === "unknown") return "no feature to judge";
  if (verdict === "safe") return `${name}: in every target`;
  const lacking = support.filter(({ grade }) => grade !== "yes").map(({ target }) => target);
  return `${name}: not in ${nameTargets(lacking)}`;
}
