import type { CheckpointId, TraceId } from "./checkpoint.ts";

/**
 * Why a store refused or failed. Codes are stable across releases.
 *
 * - `storage`: the backend failed in a way that no other code describes; see `cause`.
 * - `not-found`: the checkpoint to fork from, to note beside or to go on from, or the trace to export, does not exist, or keys that were
 *   made here are gone. (`load` returns `undefined` instead.)
 * - `corrupted`: a stored record or a line of an archive is damaged or missing. Other checkpoints still load.
 * - `serialization`: a value can't be stored without loss; `path` names it.
 * - `graph-mismatch`: the checkpoint was made by another graph; see `expected` and `actual`.
 * - `conflict`: the id is taken by other content or another trace, the newest checkpoint is not the one that a save is
 *   made on, or another owner has the trace.
 * - `quota-exceeded`: the origin's storage is full. What was stored stays readable.
 * - `blocked`: another connection keeps the database from being opened or deleted.
 * - `closed`: the store was closed.
 * - `unavailable`: there is no storage here, the browser has taken it away, or there are no locks.
 * - `codec-mismatch`: the record was written by a codec, or with a key, that this store was not given, or by one that it
 *   does not trust. Nothing is saved on top of it.
 * - `newer-schema`: a newer release wrote the database or the archive; it was left untouched.
 */
export type CheckpointStoreErrorCode =
  | "storage"
  | "not-found"
  | "corrupted"
  | "serialization"
  | "graph-mismatch"
  | "conflict"
  | "quota-exceeded"
  | "blocked"
  | "closed"
  | "unavailable"
  | "codec-mismatch"
  | "newer-schema";

/** What is known about a failure, beside its code and message. */
export interface CheckpointStoreErrorDetails {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** The trace that the call was about. */
  readonly traceId?: TraceId;
  /** The checkpoint that the call was about, or that is damaged. */
  readonly checkpointId?: CheckpointId;
  /** The offending value, as one would write it in code: `state.tools[3].run`; or a line of an archive: `line 17`. */
  readonly path?: string;
  /** What was asked for or is known here: a graph hash, names of codecs, a version. */
  readonly expected?: string;
  /** What was found instead. */
  readonly actual?: string;
}

const BRAND = "waystone.CheckpointStoreError";

/**
 * The one class of errors that stores reject with. Misuse is a TypeError or RangeError instead.
 *
 * Tell errors apart by `code`. Test with {@link isCheckpointStoreError}, since `instanceof` fails across bundles and
 * realms.
 *
 * @example
 * ```ts
 * import { isCheckpointStoreError, openStore } from "waystone";
 *
 * const store = await openStore<unknown>("my-agent");
 * try {
 *   await store.trace("run-1").save({ tools: [{ run: () => "a function can't be stored" }] });
 * } catch (error) {
 *   if (!isCheckpointStoreError(error, "serialization")) throw error;
 *   console.log(error.path); // state.tools[0].run
 * }
 * ```
 */
export class CheckpointStoreError extends Error {
  /** Always `CheckpointStoreError`. */
  override readonly name = "CheckpointStoreError";
  /** What {@link isCheckpointStoreError} looks for. */
  readonly brand = BRAND;
  /** Why the store refused or failed. */
  readonly code: CheckpointStoreErrorCode;
  /** The trace that the call was about, if known. */
  readonly traceId?: TraceId;
  /** The checkpoint that the call was about, or that is damaged, if known. */
  readonly checkpointId?: CheckpointId;
  /** The offending value, as one would write it in code: `state.tools[3].run`; or a line of an archive: `line 17`. */
  readonly path?: string;
  /** What was asked for or is known here: a graph hash, names of codecs, a version. */
  readonly expected?: string;
  /** What was found instead. */
  readonly actual?: string;

  /**
   * Creates an error. Stores do that; so does a backend, to say what its own failures mean.
   *
   * @param code - Why the store refused or failed.
   * @param message - A sentence for whoever reads the console.
   * @param details - What else is known. Fields that are `undefined` are left out.
   */
  constructor(code: CheckpointStoreErrorCode, message: string, details: CheckpointStoreErrorDetails = {}) {
    const { cause, ...known } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [key, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true });
    }
  }
}

/**
 * Tells whether a value is a {@link CheckpointStoreError}. Works across bundles, tabs and realms.
 *
 * @param error - Anything that was thrown.
 * @param code - The code to test for. Default is any code.
 * @returns `true` if it is a store's error, with that code if one is given.
 *
 * @example
 * ```ts
 * import { isCheckpointStoreError, openStore } from "waystone";
 *
 * const store = await openStore("my-agent");
 * await store.close();
 * const error = await store.list("run-1").catch((error: unknown) => error);
 * console.log(isCheckpointStoreError(error, "closed"), isCheckpointStoreError(new Error("another"))); // true false
 * ```
 */
export function isCheckpointStoreError(error: unknown, code?: CheckpointStoreErrorCode): error is CheckpointStoreError {
  const candidate = error as Partial<CheckpointStoreError> | null | undefined;
  return candidate?.brand === BRAND && (code === undefined || candidate.code === code);
}
