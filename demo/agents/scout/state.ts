import type { Baseline, BrowserId, Feature } from "../../baseline-data.ts";

/** A browser that the app must work in: this version and every later one. */
export interface Target {
  readonly browser: BrowserId;
  readonly name: string;
  readonly version: string;
}

/** A feature that the search found for a need, with all that there is to know about it. */
export interface Candidate {
  readonly feature: Feature;
  /** How well it fits; comparable among the candidates of one need. */
  readonly score: number;
  /** The words of the need, and of the phrasebook, by which it was found. */
  readonly matched: readonly string[];
}

/** What one target makes of a feature: supported, only in later versions, or not at all. */
export interface Support {
  readonly target: Target;
  readonly grade: "yes" | "later" | "no";
  /** The version that first supports it whole. */
  readonly since?: string;
  /** Where none does: how many of its parts work in the newest one, as `have` of `total`. */
  readonly parts?: { readonly have: number; readonly total: number };
}

/** Whether the need can be met, and by which feature. `unknown`: the data has nothing that fits. */
export interface Judgement {
  readonly verdict: "safe" | "conflict" | "unknown";
  readonly featureId?: string;
  readonly name?: string;
  readonly baseline?: Baseline;
  readonly baselineSince?: string;
  readonly spec?: string;
  readonly support: readonly Support[];
}

/** Something that all the targets have and that can stand in for a feature. */
export interface Alternative {
  readonly featureId: string;
  readonly name: string;
  readonly how: string;
}

export type Choice = "enhance" | "replace" | "drop";

/** What the agent wants to know before it goes on. */
export interface Question {
  readonly needId: string;
  readonly text: string;
  readonly lacking: readonly Support[];
  readonly alternative?: Alternative;
  /** Whether any target would be left if the lacking ones were dropped. */
  readonly canDrop: boolean;
}

export interface Decision {
  readonly choice: Choice;
  readonly decidedAt: Date;
  readonly alternative?: Alternative;
  /** The targets given up for it. */
  readonly dropped?: readonly Target[];
}

/** One thing that the app must do, and all that the agent found out about it. */
export interface Need {
  readonly id: string;
  readonly text: string;
  readonly candidates?: readonly Candidate[];
  readonly judgement?: Judgement;
  readonly decision?: Decision;
  readonly section?: Section;
}

export type Outcome = "safe" | "enhanced" | "replaced" | "unknown";

/** What the report says of one need. */
export interface Section {
  readonly need: string;
  readonly outcome: Outcome;
  /** The feature to build on. */
  readonly feature?: string;
  readonly featureId?: string;
  readonly baseline?: Baseline;
  readonly baselineSince?: string;
  readonly spec?: string;
  readonly support: readonly Support[];
  readonly advice: string;
}

export interface Report {
  readonly goal: string;
  readonly summary: string;
  /** The summary in the words of the browser's own language model, where it has one. */
  readonly polished?: string;
  readonly targets: readonly Target[];
  readonly dropped: readonly { readonly target: Target; readonly forNeed: string }[];
  readonly sections: readonly Section[];
  readonly dataVersion: string;
}

/** All that the agent needs to go on, from any step. */
export interface ScoutState {
  readonly goal: string;
  readonly startedAt: Date;
  readonly targets: readonly Target[];
  readonly needs: readonly Need[];
  /** Every feature that the search has brought up so far. */
  readonly seen: ReadonlySet<string>;
  /** Set while the agent waits for an answer. */
  readonly question?: Question;
  readonly log: readonly string[];
  readonly report?: Report;
}

/** Where a run begins. */
export function startState(goal: string, targets: readonly Target[], startedAt: Date): ScoutState {
  return { goal, startedAt, targets, needs: [], seen: new Set(), log: [] };
}

/** The state with one need changed. */
export function withNeed(state: ScoutState, id: string, change: Partial<Need>): ScoutState {
  return { ...state, needs: state.needs.map((need) => (need.id === id ? { ...need, ...change } : need)) };
}
