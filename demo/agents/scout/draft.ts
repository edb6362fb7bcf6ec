import type { BaselineData } from "../../baseline-data.ts";
import type { Step } from "./graph.ts";
import { afterNeed, undrafted } from "./next-need.ts";
import type { Need, ScoutState, Section } from "./state.ts";
import { withNeed } from "./state.ts";
import { nameTargets, supportIn } from "./knowledge/support.ts";

/** Writes what the report says of one need. */
export function draft(data: BaselineData): (state: ScoutState) => Step {
  return (state) => {
    const need = undrafted(state);
    if (!need) return { state, nextNode: "report", note: "every need is written up" };
    const section = write(need, state, data);
    const note = `“${need.text}”: ${section.outcome}`;
    const next = { ...withNeed(state, need.id, { section }), log: [...state.log, note] };
    return { state: next, nextNode: afterNeed(next), note };
  };
}

function write(need: Need, state: ScoutState, data: BaselineData): Section {
  const { judgement, decision } = need;
  const chosen = decision?.choice === "replace" ? decision.alternative?.featureId : judgement?.featureId;
  const feature = data.features.find(({ id }) => id === chosen);
  if (!feature || !judgement) {
    return {
      need: need.text,
      outcome: "unknown",
      support: [],
      advice: "The data has no feature that fits these words. Say it another way, or look it up by hand.",
    };
  }
  const support = state.targets.map((target) => supportIn(feature, target, data));
  const lacking = support.filter(({ grade }) => grade !== "yes").map(({ target }) => target);
  return {
    need: need.text,
    outcome: decision?.choice === "replace" ? "replaced" : lacking.length > 0 ? "enhanced" : "safe",
    feature: feature.name,
    featureId: feature.id,
    baseline: feature.baseline,
    ...(feature.baselineSince && { baselineSince: feature.baselineSince }),
    spec: feature.spec,
    support,
    advice: advise(need, lacking.length > 0 ? nameTargets(lacking) : undefined),
  };
}

function advise({ judgement, decision }: Need, lacking: string | undefined): string {
  if (decision?.choice === "replace") return `Instead of ${judgement?.name}: ${decision.alternative?.how}`;
  if (lacking) return `Test for it before use and leave it out where it is missing: ${lacking}.`;
  const waits = judgement?.baseline === "high" ? "" : " It is not widely available yet, so keep the versions above.";
  if (decision?.choice === "drop")
    return `Use it without a test, now that ${nameTargets(decision.dropped ?? [])} is out.${waits}`;
  return `Use it without a test.${waits}`;
}
