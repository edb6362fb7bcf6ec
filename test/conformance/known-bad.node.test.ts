import { describe, expect, test } from "vitest";
import { conformanceCases, ConformanceFailure, fitsSubject, runConformanceCase } from "../../src/testing/index.ts";
import type { ConformanceSubject } from "../../src/testing/index.ts";
import * as cursors from "./known-bad/bad-cursors.ts";
import * as diversions from "./known-bad/bad-diversions.ts";
import * as guards from "./known-bad/bad-guards.ts";
import * as handles from "./known-bad/bad-handles.ts";
import * as notes from "./known-bad/bad-notes.ts";
import * as order from "./known-bad/bad-order.ts";
import * as prefixes from "./known-bad/bad-prefixes.ts";
import * as retention from "./known-bad/bad-retention.ts";
import * as storage from "./known-bad/bad-storage.ts";
import * as upgrades from "./known-bad/bad-upgrades.ts";
import * as values from "./known-bad/bad-values.ts";
import { referenceSubject } from "./known-bad/reference-subject.ts";
import type { ReferenceStore } from "./known-bad/reference-store.ts";

const BIG_PART = "usage: falls when the checkpoint that alone had a string of 300 kB is";
const CHANGED = "isolation: a state changed in place and saved again does not change the checkpoint before";
const EDITED =
  "evolution: a list edited in the middle: every step comes back, also after others were deleted and pruned";
const BAD_TRACE_ID = "misuse: ids that are empty or no strings: saveWithTrace, as the trace";

/** Each bad store, and the cases that must see through it. */
const KNOWN_BAD: readonly (readonly [Store: typeof ReferenceStore, ...caughtBy: string[]])[] = [
  [order.ForgetsLatest, "delete: after the newest went, loadLatest answers the one before it"],
  [order.ListsTwice, "unchanging: the same id with equal content is a no-op"],
  [order.PruneCountsDeleted, "prune: counts only what was there, not what had been deleted"],
  [order.PrunesNewest, "prune: keeps the newest and answers how many went"],
  [order.OrdersByCreatedAt, "order: a clock set back", "order: a clock once far in the future"],
  [order.Overtakes, "order: saves that are not awaited keep the order of the calls"],
  [order.Overwrites, "unchanging: the same id with another state is a conflict, and the first one stays"],
  [order.TrustsIds, "unchanging: 0 and -0 are not the same content"],
  [order.SweepsByPrefix, "order: traces keep to themselves, even if one's id begins with another's"],
  [order.ReusesSeq, "history: a seq is never given out twice"],
  [order.IgnoresGraphs, "graph: a checkpoint of another graph is a mismatch that carries expected and actual"],
  [
    handles.StandsWhereCallsEnd,
    "handle: a save grows from what the call before it loads",
    "handle: saves that were not awaited grow from the last that was stored",
  ],
  [
    cursors.LooksCursorsUp,
    "traces: a summary says where to go on, whatever became of its trace",
    "history: a head says where to go on, whatever was removed since",
    "history: before an id that the trace does not have is not-found",
  ],
  [cursors.MixesUpTraces, "history: a trace that was made anew is not taken for the one before"],
  [
    handles.TakesAnyOption,
    ...["load", "loadLatest", "a handle's load", "trace", "prune", "traces", "history", "watch"].map(
      (what) => `misuse: an option that there is not: ${what}`,
    ),
  ],
  [handles.KnowsNoRetries, "handle: the same id, state and options are the same save"],
  [retention.IgnoresPins, "retention: pinned checkpoints stay, and all that their states need"],
  [
    retention.PrunesPins,
    "prune: pinned checkpoints stay, wherever they stand",
    "preview: with pinned checkpoints, too, it says what the prune does",
  ],
  [retention.NeverEmpties, "prune: 0 removes pinned checkpoints, too"],
  [retention.AgesByTheDate, "retention: the age of a checkpoint is the time since it was saved, whatever it is dated"],
  [retention.LosesTheLatest, "retention: maxBytes keeps as many as fit, and the latest in any case"],
  [retention.KnowsOneRule, "retention: a handle's own takes the place of the store's, for its saves"],
  [retention.PrunesInAPreview, "preview: names what a prune would remove, and removes nothing"],
  [values.SharesWithCaller, "isolation: the caller may change the state once the save is done", EDITED],
  [values.CopiesLate, "isolation: the caller may change the state as soon as the save was called"],
  [values.HandsOutItsOwn, "isolation: a loaded state belongs to its caller, and each load answers another"],
  [values.TrustsIdentity, CHANGED, EDITED],
  [values.DropsUndefined, "values: undefined fields"],
  [values.LosesTheSignOfZero, "values: numbers"],
  [values.SortsKeys, "values: the order of keys"],
  [values.FillsHoles, "values: sparse arrays"],
  [values.RewindsExpressions, "rare values: an expression in the middle of a text comes back equal or is refused"],
  [values.DropsHiddenFields, "rare values: a hidden field comes back equal or is refused"],
  [values.FixesBuffers, "rare values: a buffer that can be resized comes back equal or is refused"],
  [values.UnsharesParts, "references: one object in two places"],
  [values.DropsFunctions, "refused: a function, by its path, and nothing is written"],
  [values.WritesBeforeItRefuses, "refused: a function, by its path, and nothing is written"],
  [values.BelievesEverything, "misuse: what is no checkpoint", BAD_TRACE_ID],
  [
    guards.SavesAnyway,
    "ifLatest: saves on the newest, and on nothing but it",
    "ifLatest: of several saves on one checkpoint, one is made",
  ],
  [guards.GuardsAgainstRetries, "ifLatest: a save that has succeeded can be repeated"],
  [
    prefixes.EndsAtTheLastUnit,
    "prefix: traces lists those whose ids begin with it, by code units, in the order of the whole list",
    "deleteTraces: deletes those whose ids begin with the prefix, and no others",
  ],
  [prefixes.DeletesAll, "deleteTraces: refuses to delete without a prefix"],
  [prefixes.HeadsOfStates, "head: is that of history, for a checkpoint of any trace"],
  [prefixes.ForksOnce, "fork: the copy has the id that was given, and the fork can be repeated"],
  [prefixes.TrustsCopies, "fork: an id that is taken by anything but this very copy is a conflict"],
  [
    upgrades.UpgradesWhatIsStored,
    "upgrade: a load returns what was made of another graph's checkpoint, and what is stored stays",
  ],
  [upgrades.UpgradesToNothing, "upgrade: undefined is a mismatch, and what it throws is what the load rejects with"],
  [notes.KeepsTheFirstPlace, "notes: the last of a key stays, in the place of the last; what is new is said"],
  [notes.NotesTwice, "notes: with once, a key that is there keeps its value and its place"],
  [notes.NotesLate, "notes: are copied when they are given, and belong to who loads them"],
  [notes.NotesAnywhere, "notes: for a checkpoint that the trace does not have are not-found, and nothing is written"],
  [notes.KeepsNotes, "notes: go with their checkpoint, and with no other", "notes: go with what retention removes"],
  [notes.TellsKeysSorted, "notes: are told in their order among the other changes"],
  [
    diversions.DivertsTheLatest,
    "divert: the tail moves into the fork with its ids, and the trace stands where it stood",
    "divert: both traces go on, and each outlives the other",
  ],
  [diversions.StandsBehind, "divert: the fork keeps the positions, and the trace gives them out anew"],
  [diversions.DivertsWithoutNotes, "divert: notes go with their checkpoints"],
  [diversions.DivertsOverOthers, "divert: where it can't be done, nothing changes"],
  [storage.LosesOnClose, "persistence: a save that was acknowledged survives closing at once"],
  [storage.AnswersBeforeCommit, "connections: what one acknowledged, the other sees at once"],
  [storage.KeepsPieces, `${BIG_PART} pruned`, `${BIG_PART} deleted`, "usage: is 0 again once all was deleted"],
  [storage.NeverCloses, "closing: list of a closed store is a closed error"],
  [storage.ClosesAtOnce, "persistence: closing waits for the saves under way"],
  [storage.ReportsTries, "watch: hears nothing where nothing changed"],
  [storage.ReportsToThoseWhoLeft, "watch: once ended, not a change more is heard"],
  [storage.TripsOverListeners, "watch: a listener that throws harms neither the save nor the other listeners"],
  [storage.ForksTheOriginal, "fork: starts a trace with a copy whose parent is the checkpoint it came from"],
];

async function outcomeOf(subject: ConformanceSubject, name: string): Promise<unknown> {
  const one = conformanceCases.find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`there is no case ${name}`);
  if (!fitsSubject(subject, one)) throw new Error(`${subject.name} is not put to the case ${name}`);
  return runConformanceCase(subject, one).then(
    () => "passed",
    (failure: unknown) => failure,
  );
}

describe("a store known to be bad is seen through", () => {
  for (const [Store, ...caughtBy] of KNOWN_BAD) {
    test(Store.name, async () => {
      for (const name of caughtBy) {
        expect(await outcomeOf(referenceSubject("good"), name), `the good store, ${name}`).toBe("passed");
        expect(await outcomeOf(referenceSubject("bad", Store), name), name).toBeInstanceOf(ConformanceFailure);
      }
    });
  }

  test("one that stores whole copies and claims to share", async () => {
    const { provides, ...subject } = referenceSubject("whole copies");
    const claims: ConformanceSubject = { ...subject, provides: [...provides, "sharing"] };
    const cases = conformanceCases.filter(({ needs }) => needs?.includes("sharing"));
    expect(cases.length).toBeGreaterThan(10);
    for (const { name } of cases.filter((one) => !one.name.includes("as long as that one does"))) {
      expect(await outcomeOf(claims, name), name).toBeInstanceOf(ConformanceFailure);
    }
  });

  test("one that has not all the methods it is said to have", async () => {
    const { open, ...subject } = referenceSubject("no usage");
    const claims = { ...subject, open: async (name: string) => Object.assign(await open(name), { usage: undefined }) };
    const failure = await outcomeOf(claims, "order: equal milliseconds");
    expect(failure).toBeInstanceOf(ConformanceFailure);
    expect(String(failure)).toContain("no usage is said to provide usage");
  });
});

test("the name of a case is its own", () => {
  const names = conformanceCases.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(300);
  expect([...new Set(names)]).toEqual(names);
});
