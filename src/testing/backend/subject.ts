import type { Backend } from "../../core/backend.ts";
import { runOnItsOwn, type Case, type CaseOpening } from "../run-case.ts";

/**
 * What a backend may lack.
 *
 * - `persistence`: a name that is opened again after `close()` has the same records.
 * - `connections`: a name that is opened several times at once has the same records in each, as for two tabs or servers.
 * - `blobs`: records may hold a `Blob`.
 */
export type BackendFeature = "persistence" | "connections" | "blobs";

/** A backend to put to the test. */
export interface BackendSubject {
  /** What tests are listed under. */
  readonly name: string;
  /** What it can do beyond what every backend must. Default is nothing. */
  readonly provides?: readonly BackendFeature[];
  /**
   * Opens a backend.
   *
   * @param name - Which one: it is empty at first. Every case brings names of its own, which it opens several times only if
   *   the subject provides `persistence` or `connections`.
   * @returns The open backend.
   */
  open(name: string): Promise<Backend>;
  /**
   * Removes all records of a name. Called once all that was opened under it has been closed.
   *
   * @param name - What `open` was called with.
   */
  destroy?(name: string): Promise<void>;
}

/** What a case for backends is given. */
export type BackendContext = CaseOpening<Backend>;

/** One promise of a backend, and how to see whether it is kept. */
export type BackendCase = Case<BackendContext, BackendFeature>;

/**
 * Runs one case on a backend of its own and cleans up after it. Does not ask whether the subject provides what the case
 * needs: see `fitsSubject`.
 *
 * @param subject - The backend to test.
 * @param one - One of `backendCases`.
 * @throws Anything, if the backend fails the case: a `ConformanceFailure`, or an error that it should not have thrown.
 *
 * @example
 * ```ts
 * import type { Backend } from "waystone/backend";
 * import { backendCases, fitsSubject, runBackendCase, type BackendSubject } from "waystone/testing";
 *
 * // A backend that keeps nothing.
 * const backend: Backend = {
 *   read: (work) => work({ get: async () => undefined, getAll: async () => [], keys: async () => [] }),
 *   write: async () => {
 *     throw new Error("there is no disk");
 *   },
 *   close: async () => undefined,
 * };
 * const subject: BackendSubject = { name: "nothing", open: async () => backend };
 *
 * let failures = 0;
 * for (const one of backendCases) {
 *   if (fitsSubject(subject, one)) await runBackendCase(subject, one).catch(() => (failures += 1));
 * }
 * console.log(failures > 50); // true
 * ```
 */
export function runBackendCase(subject: BackendSubject, one: BackendCase): Promise<void> {
  return runOnItsOwn(subject, (opening) => one.run(opening));
}
