import type { Candidate } from "../candidates/candidate.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import { SHAPES } from "../work/shapes.ts";
import type { Shape } from "../work/shapes.ts";
import { fillLarge, readLarge } from "./large-store.ts";
import { fillTraces, listTraces } from "./listing.ts";
import { markFolding, markSaves, warmUpSaves } from "./main-thread.ts";
import { measureRuns } from "./many-runs.ts";
import { measureRun, resume, save } from "./one-run.ts";
import { measureSteps } from "./steps.ts";
import { measureYoungArrays } from "./young-arrays.ts";

/** What the driver calls. Every duration is in milliseconds, each call's own. Each result has been verified. */
export const bench = {
  introduce,
  measureRun,
  save,
  resume,
  measureRuns,
  fillLarge,
  readLarge,
  fillTraces,
  listTraces,
  measureYoungArrays,
  measureSteps,
  // Loaded on demand: no other line is to load what it needs.
  measureInspector: async (work: { checkpoints: number; stateBytes: number }) =>
    (await import("./inspector.ts")).measureInspector(work),
  measureLangGraph: async (chat: { turns: number }) => (await import("./langgraph.ts")).measureLangGraph(chat),
  warmUpSaves,
  markSaves,
  markFolding,
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;

/** Who takes part and what there is to do, with titles by name. */
async function introduce() {
  const titles = <T extends { title: string }>(named: Record<string, T>): Record<string, string> =>
    Object.fromEntries(Object.entries(named).map(([name, { title }]) => [name, title]));
  return { candidates: titles<Candidate>(CANDIDATES), shapes: titles<Shape>(SHAPES) };
}
