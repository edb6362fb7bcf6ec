import { expect, test } from "vitest";
import type { Remote } from "../../src/core/remote.ts";
import { createMemoryRemote } from "../../src/remotes/memory.ts";
import { remoteCases, runRemoteCase } from "../../src/testing/index.ts";
import * as bad from "./known-bad/bad-remotes.ts";

/** Each bad remote, and the case that must see through it. */
const KNOWN_BAD = [
  [bad.appendsAnyway, "remote: an append on another version than the log's is a conflict, and stores nothing"],
  [bad.looksBeforeItWrites, "remote: of several appends on one version, one is made"],
  [bad.readsFromTheStart, "remote: versions grow, and a read begins after the one it is given"],
  [bad.foldsNames, "remote: logs keep to themselves, whatever their names"],
  [bad.cutsLargeEntries, "remote: an entry of 3 MB is one entry, and can be appended behind"],
  [bad.keepsWhatWasReplaced, "remote: a replacement is all that there is, and younger than what it replaces"],
  [bad.tellsOfNews, "remote: watching tells of what there is, and of what comes"],
  [bad.tellsForEver, "remote: watching tells of what there is, and of what comes"],
  [bad.takesNoSignal, "remote: calls with a signal that was aborted reject with its reason, and do nothing"],
] as const;

function outcomeOf(broken: (good: Remote) => Partial<Remote>, name: string): Promise<unknown> {
  const one = remoteCases.find((candidate) => candidate.name === name)!;
  const remotes = new Map<string, Remote>();
  const open = async (remoteName: string): Promise<Remote> => {
    const good = remotes.get(remoteName) ?? createMemoryRemote();
    remotes.set(remoteName, good);
    return { ...good, ...broken(good) };
  };
  return runRemoteCase({ name: "bad", open }, one).then(
    () => "passed",
    (failure: unknown) => (failure instanceof Error ? failure.name : failure),
  );
}

for (const [broken, caughtBy] of KNOWN_BAD) {
  test(`a remote that ${broken.name} is seen through`, { timeout: 30_000 }, async () => {
    expect(await outcomeOf(() => ({}), caughtBy)).toBe("passed");
    expect(await outcomeOf(broken, caughtBy)).toMatch(/^(ConformanceFailure|CheckpointStoreError)$/);
  });
}
