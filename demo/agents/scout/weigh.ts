import type { BaselineData } from "../../baseline-data.ts";
import { FALLBACKS } from "./knowledge/fallbacks.ts";
import type { Step } from "./graph.ts";
import { afterNeed, undecided } from "./next-need.ts";
import type { Alternative, Need, Question, ScoutState } from "./state.ts";
import { isSafe, nameTargets } from "./knowledge/support.ts";

/** How near, in score, another candidate must come to pass for an alternative. */
const NEAR = 0.55;

/** Prepares the question on a conflict: what is lacking where, what could stand in, what dropping would leave. */
export function weigh(data: BaselineData): (state: ScoutState) => Step {
  return (state) => {
    const need = undecided(state);
    if (!need?.judgement) return { state, nextNode: afterNeed(state), note: "nothing to weigh" };
    const lacking = need.judgement.support.filter(({ grade }) => grade !== "yes");
    const alternative = alternativeTo(need, state, data);
    const question: Question = {
      needId: need.id,
      text: `“${need.text}” needs ${need.judgement.name}, which ${nameTargets(lacking.map(({ target }) => target))} ${
        lacking.length === 1 ? "does" : "do"
      } not have. What should the app do?`,
      lacking,
      ...(alternative && { alternative }),
      canDrop: lacking.length < state.targets.length,
    };
    const note = alternative ? `${alternative.name} could stand in` : "nothing that every target has could stand in";
    return { state: { ...state, question, log: [...state.log, note] }, nextNode: "ask", note };
  };
}

function alternativeTo(need: Need, state: ScoutState, data: BaselineData): Alternative | undefined {
  const featureId = need.judgement?.featureId ?? "";
  const known = (FALLBACKS[featureId] ?? []).map(([id, how]) => ({ id, how }));
  const best = need.candidates?.[0]?.score ?? 0;
  const near = (need.candidates ?? [])
    .slice(1)
    .filter(({ score }) => score >= best * NEAR)
    .map(({ feature }) => ({ id: feature.id, how: `Build on ${feature.name} instead.` }));
  for (const { id, how } of [...known, ...near]) {
    const feature = data.features.find((one) => one.id === id);
    if (feature && isSafe(feature, state.targets, data)) return { featureId: id, name: feature.name, how };
  }
  return undefined;
}
