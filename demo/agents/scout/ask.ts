import type { Answer, Step } from "./graph.ts";
import { afterNeed } from "./next-need.ts";
import type { Decision, Question, ScoutState } from "./state.ts";
import { withNeed } from "./state.ts";
import { nameTargets } from "./knowledge/support.ts";

/** Takes the answer to the open question; without one it stays where it is. */
export function ask(state: ScoutState, answer?: Answer): Step {
  const { question } = state;
  if (!question) return { state, nextNode: afterNeed(state), note: "nothing to ask" };
  if (!answer) return { state, nextNode: "ask", note: "waits for an answer" };
  if (!choicesOf(question).includes(answer.choice)) {
    throw new RangeError(`This question has no choice "${answer.choice}".`);
  }
  const dropped = question.lacking.map(({ target }) => target);
  const decision: Decision = {
    choice: answer.choice,
    decidedAt: answer.decidedAt,
    ...(answer.choice === "replace" && question.alternative && { alternative: question.alternative }),
    ...(answer.choice === "drop" && { dropped }),
  };
  const { question: _answered, ...rest } = withNeed(state, question.needId, { decision });
  const note = {
    enhance: "ship it as an enhancement",
    replace: `use ${question.alternative?.name} instead`,
    drop: `drop ${nameTargets(dropped)}`,
  }[answer.choice];
  const gone = new Set(answer.choice === "drop" ? dropped.map(({ browser }) => browser) : []);
  const next: ScoutState = {
    ...rest,
    targets: state.targets.filter(({ browser }) => !gone.has(browser)),
    log: [...state.log, note],
  };
  return { state: next, nextNode: afterNeed(next), note };
}

/** The choices that this question leaves. */
export function choicesOf(question: Question): Answer["choice"][] {
  return [
    "enhance",
    ...(question.alternative ? (["replace"] as const) : []),
    ...(question.canDrop ? (["drop"] as const) : []),
  ];
}
