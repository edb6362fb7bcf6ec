import { expect, test } from "vitest";
import type { WaystoneSaver } from "waystone/langgraph";
import * as mutants from "./mutants.ts";
import { saverCases } from "./saver-cases.ts";

/** Each bad checkpointer, and the cases that must see through it. */
const KNOWN_BAD: readonly (readonly [Saver: unknown, ...caughtBy: string[]])[] = [
  [
    mutants.OverwritesWrites,
    "pending writes: what a task wrote stays as it was written first; what happened to it is replaced",
  ],
  [
    mutants.KeepsFirstEvents,
    "pending writes: what a task wrote stays as it was written first; what happened to it is replaced",
  ],
  [mutants.IgnoresPaths, "pending writes: come in the order of the tasks' paths, then of their ids, by code point"],
  [mutants.DropsEarlyWrites, "pending writes: may come before their checkpoint was saved, or is being saved"],
  [mutants.MakesRoomForWrites, "pending writes: of a checkpoint that was never saved are in nobody's way"],
  [mutants.TakesAllNotes, "pending writes: leave other notes beside the checkpoint alone"],
  [mutants.LeavesSubgraphs, "a thread: that is deleted leaves nothing, and takes nothing of another"],
  [mutants.DeletesNeighbours, "a thread: that is deleted leaves nothing, and takes nothing of another"],
  [mutants.LatestBySaving, "a thread: has the checkpoint of the highest id as its latest, whichever was saved last"],
  [mutants.MixesNamespaces, "a thread: has the same checkpoint ids in each of its namespaces"],
  [mutants.KeepsInMemory, "a thread: is the same when the store was closed and opened again"],
  [mutants.ListsItsOwn, "a thread: may be saved to by two savers at once"],
  [
    mutants.LosesCopies,
    "a thread: keeps the values of its first checkpoint in a copy of that, which LangGraph says has nothing new",
  ],
  [
    mutants.HidesFailures,
    "a checkpoint: can be put again; with other content it is refused, and stays",
    "a checkpoint: whose transaction is aborted, or that finds the disk full, leaves all as it was",
  ],
  [mutants.CopiesLate, "a checkpoint: is what it was when it was put"],
  [mutants.TrustsGraphs, "a checkpoint: of another graph is refused, unless `upgrade` takes it over"],
];

for (const [Saver, ...caughtBy] of KNOWN_BAD) {
  test.each(caughtBy)(`${(Saver as { name: string }).name} is seen through: %s`, async (name) => {
    const one = saverCases.find((candidate) => candidate.name === name)!;
    const failure: unknown = await one.run(Saver as typeof WaystoneSaver).then(
      () => "passed",
      (error: unknown) => error,
    );
    expect(["AssertionError", "CheckpointStoreError"]).toContain((failure as Error).name);
  });
}

test("every case has a checkpointer that it sees through", () => {
  const caught = new Set(KNOWN_BAD.flatMap(([, ...caughtBy]) => caughtBy));
  expect(saverCases.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
});
