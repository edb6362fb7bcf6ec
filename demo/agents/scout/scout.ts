import type { Step, StepsFunction, StepsHead, StepsState, CheckpointKind } from "waystone/steps";
import { keptSteps } from "waystone/steps";
import { ask } from "./ask.ts";
import type { Answer, Graph, NodeName, Step as Made } from "./graph.ts";
import { ASKING } from "./graph.ts";
import { undecided, undrafted, unsearched } from "./next-need.ts";
import { polish } from "./polish.ts";
import type { Need, Report, ScoutState, Target } from "./state.ts";
import { startState } from "./state.ts";

/** What a run is about. */
export interface ScoutInput {
  readonly goal: string;
  readonly targets: readonly Target[];
  readonly startedAt: Date;
}

/** What a step found out: how it changed the state, and not the state, which would be kept once a step. */
interface Found {
  readonly needs: readonly Need[];
  readonly seen: readonly string[];
  readonly question?: ScoutState["question"];
  readonly note: string;
}

/**
 * The agent: a plain async function, of which every step is kept.
 *
 * @param think - Called in each step before it is taken, to take the time that a real tool would.
 */
export function scout(graph: Graph, think: (signal: AbortSignal) => Promise<void>): StepsFunction<Report, ScoutInput> {
  return async (step: Step, { input, signal }) => {
    let state = startState(input.goal, input.targets, input.startedAt);
    const take = async (node: NodeName): Promise<void> => {
      const found = await step.run(node, async ({ signal: stepSignal }) => {
        await think(stepSignal);
        return difference(state, graph[node](state));
      });
      state = withFound(state, found);
    };

    await take("split");
    while (unsearched(state)) {
      await take("search");
      await take("judge");
      if (!undecided(state)) continue;
      await take("weigh");
      const answer = await step.waitForEvent<Answer>("answer", { question: state.question });
      state = ask(state, answer).state;
    }
    while (undrafted(state)) await take("draft");
    const report = graph.report(state).state.report!;
    const polished = await polish(report.summary, signal);
    return polished === undefined ? report : { ...report, polished };
  };
}

/** What a checkpoint says of the run in lists. */
export function headOf(kept: StepsState, kind: CheckpointKind): StepsHead {
  const title = titleOf((kept.input as ScoutInput).goal);
  const last = keptSteps(kept).at(-1);
  switch (kind) {
    case "start":
      return { metadata: { node: "start", note: "goal and browsers", title } };
    case "wait":
      return { metadata: { node: "wait", note: "waits for an answer", title }, nextNode: ASKING };
    case "event":
      return { metadata: { node: ASKING, note: stateOf(kept).log.at(-1), title } };
    case "end":
      return { metadata: { node: "report", note: "the report is written", title } };
    default:
      return { metadata: { node: last!.name, note: (last!.result as Found).note, title } };
  }
}

/** What the agent knew at a checkpoint. */
export function stateOf(kept: StepsState): ScoutState {
  const { goal, targets, startedAt } = kept.input as ScoutInput;
  const state = keptSteps(kept).reduce(
    (before, { kind, result }) =>
      kind === "event" ? ask(before, result as Answer).state : withFound(before, result as Found),
    startState(goal, targets, startedAt),
  );
  return kept.outcome === undefined ? state : { ...state, report: kept.outcome.result as Report };
}

function difference(before: ScoutState, { state, note }: Made): Found {
  return {
    needs: state.needs.filter((need) => !before.needs.includes(need)),
    seen: [...state.seen].filter((id) => !before.seen.has(id)),
    ...(state.question && { question: state.question }),
    note,
  };
}

function withFound(state: ScoutState, { needs, seen, question, note }: Found): ScoutState {
  const known = state.needs.map((need) => needs.find(({ id }) => id === need.id) ?? need);
  return {
    ...state,
    needs: [...known, ...needs.filter(({ id }) => !known.some((need) => need.id === id))],
    seen: new Set([...state.seen, ...seen]),
    ...(question && { question }),
    log: [...state.log, note],
  };
}

const MAX_TITLE_LENGTH = 80;

function titleOf(goal: string): string {
  const line = goal.replace(/\s+/g, " ").trim();
  return line.length > MAX_TITLE_LENGTH ? `${line.slice(0, MAX_TITLE_LENGTH - 1).trimEnd()}…` : line;
}
