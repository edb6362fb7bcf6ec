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
 * @throws What the case found: a `ConformanceFailure`, or an error of the backend's that it did not expect.
 */
export function runBackendCase(subject: BackendSubject, one: BackendCase): Promise<void> {
  return runOnItsOwn(subject, (opening) => one.run(opening));
}
