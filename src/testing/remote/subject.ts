import type { Remote } from "../../core/remote.ts";
import { runOnItsOwn, type Case, type CaseOpening } from "../run-case.ts";

/** A remote to put to the test. */
export interface RemoteSubject {
  /** What tests are listed under. */
  readonly name: string;
  /** What it can do beyond what every remote does: nothing so far. */
  readonly provides?: readonly never[];
  /**
   * Opens a remote.
   *
   * @param name - Which one: it is empty at first. It is opened several times, for several devices.
   * @returns The open remote.
   */
  open(name: string): Promise<Remote & { close?(): Promise<void> }>;
  /**
   * Removes all that is kept under a name. Called once all that was opened under it has been closed.
   *
   * @param name - What `open` was called with.
   */
  destroy?(name: string): Promise<void>;
}

/** What a case is given. */
export type RemoteContext = CaseOpening<Remote>;

/** One promise of a remote, and how to see whether it is kept. */
export type RemoteCase = Case<RemoteContext, never>;

/**
 * Runs one case on a remote of its own and cleans up after it.
 *
 * @param subject - The remote to test.
 * @param one - One of `remoteCases`.
 * @throws Anything, if the remote fails the case: a `ConformanceFailure`, or an error that it should not have thrown.
 *
 * @example
 * ```ts
 * import { createMemoryRemote } from "waystone/replicate";
 * import { remoteCases, runRemoteCase, type RemoteSubject } from "waystone/testing";
 *
 * const remotes = new Map<string, ReturnType<typeof createMemoryRemote>>();
 * const subject: RemoteSubject = {
 *   name: "memory",
 *   open: async (name) => {
 *     const remote = remotes.get(name) ?? createMemoryRemote();
 *     remotes.set(name, remote);
 *     return remote;
 *   },
 * };
 * for (const one of remoteCases) await runRemoteCase(subject, one);
 * console.log(remoteCases.length > 8); // true
 * ```
 */
export function runRemoteCase(subject: RemoteSubject, one: RemoteCase): Promise<void> {
  return runOnItsOwn(subject, (opening) => one.run(opening));
}
