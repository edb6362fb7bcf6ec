// @ts-check
import { BASELINE, FLOOR, STORE } from "./figures.mjs";
import {
  freshPages,
  graphChat,
  inspecting,
  largeStore,
  listings,
  mainThread,
  manyRuns,
  oneRun,
  stepsRun,
  youngArrays,
} from "./measure.mjs";

/**
 * @typedef {import("./measure.mjs").CandidateName} Name
 *
 * @typedef {object} Line a kind of work
 * @property {string} title
 * @property {Choice} candidates who takes part, of all that there are
 * @property {number} rounds
 * @property {(measuring: import("./measure.mjs").Measuring) => Promise<import("./figures.mjs").Round[]>} measure
 */

/** They store a step, and can't read a state. @type {readonly Name[]} */
const FLOORS = ["empty-commit", FLOOR];
/** They differ from others in the durability of saves alone, which makes no difference to a read. @type {readonly Name[]} */
const TWINS = ["raw-strict", "waystone-relaxed"];

/** @typedef {(all: readonly Name[]) => readonly Name[]} Choice @type {Choice} */
const everyone = (all) => all;
/** @type {Choice} */
const storeAlone = () => [STORE];
/** @type {Choice} */
const storeAndBaseline = () => [STORE, BASELINE];
/** @type {Choice} */
const storeBaselineAndFloor = () => [STORE, BASELINE, FLOOR];
/** @type {Choice} */
const readers = (all) => all.filter((name) => !FLOORS.includes(name) && !TWINS.includes(name));
/** @type {Choice} */
const readersAndFloor = (all) => [...readers(all), FLOOR];

const oneAtATime = { isAtOnce: false, together: 1 };

/**
 * All that is measured, by the name that the command line uses.
 *
 * @param {{ isQuick: boolean }} options
 * @returns {Record<string, Line>}
 */
export function plan({ isQuick }) {
  const steps = isQuick ? 200 : 500;
  /** @param {number} quick @param {number} full */
  const rounds = (quick, full) => (isQuick ? quick : full);

  /** @param {import("./work/shapes.ts").ShapeName} shape @param {string} title @returns {Line} */
  const otherRun = (shape, title) => ({
    title,
    candidates: storeBaselineAndFloor,
    rounds: rounds(1, 2),
    measure: (measuring) => oneRun(measuring, { shape, steps }),
  });
  /** @param {string} title @param {Omit<import("./work/task.ts").Runs, "candidate">} work @returns {Line} */
  const severalRuns = (title, work) => ({
    title,
    candidates: storeBaselineAndFloor,
    rounds: rounds(1, 5),
    measure: (measuring) => manyRuns(measuring, work),
  });

  return {
    conversation: {
      title: `a conversation growing by 1-3 messages a step, ${steps} steps`,
      candidates: isQuick ? storeBaselineAndFloor : everyone,
      rounds: rounds(1, 3),
      measure: (measuring) => oneRun(measuring, { shape: "conversation", steps }),
    },
    nested: otherRun("nested", "the same, nested three levels deep"),
    files: otherRun("files", "a record of 1,000 files, one changed a step"),
    edits: otherRun("edits", "the conversation, a message in the middle edited every ten steps"),
    image: otherRun("image", "the conversation, keeping a 200 kB image"),
    window: otherRun("window", "a sliding window of 50 messages"),
    short: severalRuns("ten runs of 40 steps, 20 kB of state at the end", {
      ...oneAtATime,
      shape: "short",
      runs: 10,
      steps: 40,
    }),
    forty: severalRuns("ten runs of 40 steps, 110 kB of state at the end", {
      ...oneAtATime,
      shape: "conversation",
      runs: 10,
      steps: 40,
    }),
    crowd: severalRuns("50 runs at once, 40 steps each", {
      ...oneAtATime,
      shape: "conversation",
      runs: 50,
      steps: 40,
      isAtOnce: true,
    }),
    burst: severalRuns("a burst of 200 saves on one run, none awaited", {
      ...oneAtATime,
      shape: "conversation",
      runs: 1,
      steps: 200,
      together: 200,
    }),
    writes: severalRuns("three small writes a step, awaited together, 150 steps", {
      ...oneAtATime,
      shape: "writes",
      runs: 1,
      steps: 450,
      together: 3,
    }),
    fresh: {
      title: `going on in a fresh page, after ${steps} steps`,
      candidates: isQuick ? storeBaselineAndFloor : readersAndFloor,
      rounds: rounds(2, 4),
      measure: (measuring) => freshPages(measuring, { shape: "conversation", steps }),
    },
    large: {
      title: `a store of ${isQuick ? "2,000" : "20,000"} checkpoints`,
      candidates: isQuick ? storeAndBaseline : readers,
      rounds: rounds(1, 3),
      measure: (measuring) => largeStore(measuring, { shape: "short", steps: 20, traces: isQuick ? 100 : 1000 }),
    },
    listing: {
      title: "traces in the store",
      candidates: storeAndBaseline,
      rounds: rounds(2, 5),
      measure: (measuring) => listings(measuring, [10, 100, 10_000]),
    },
    young: {
      title: "young arrays, 200 saves",
      candidates: storeAndBaseline,
      rounds: 1,
      measure: (measuring) => youngArrays(measuring, { saves: 200 }),
    },
    steps: {
      title: "a run of 5,000 steps",
      candidates: storeAlone,
      rounds: rounds(1, 3),
      measure: (measuring) => stepsRun(measuring, { steps: 5000 }),
    },
    langgraph: {
      title: "a LangGraph.js chat of 200 turns, 2 x 500 characters each",
      candidates: storeAlone,
      rounds: rounds(1, 3),
      measure: (measuring) => graphChat(measuring, { turns: 200 }),
    },
    inspector: {
      title: "the inspector, open on a run of 5 MB and on one of 10,000 checkpoints",
      candidates: storeAlone,
      rounds: rounds(1, 3),
      measure: (measuring) => inspecting(measuring, { checkpoints: 10_000, stateBytes: 5_000_000 }),
    },
    main: {
      title: "the main thread in 500 saves of the conversation",
      candidates: storeBaselineAndFloor,
      rounds: rounds(1, 3),
      measure: (measuring) => mainThread(measuring, { shape: "conversation", steps: 500 }),
    },
  };
}
