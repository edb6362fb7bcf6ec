import type { CheckpointId, TraceId } from "./checkpoint.ts";

/**
 * Why a store refused or failed; stable across releases.
 *
 * - `storage`: the backend failed in a way no other code describes; see `cause`.
 * - `not-found`: the checkpoint that a fork starts from is not there. (`load` answers `undefined` instead.)
 * - `corrupted`: a stored record is damaged or incomplete. The others still load.
 * - `serialization`: a value can't be stored without loss; `path` names it.
 * - `graph-mismatch`: the checkpoint was made by another graph; see `expected` and `actual`.
 * - `conflict`: the id is taken by other content or another trace, or another owner has the trace.
 * - `quota-exceeded`: the origin's storage is full. What was stored stays readable.
 * - `blocked`: another connection keeps the database from opening.
 * - `closed`: the store was closed.
 * - `unavailable`: the platform has no storage here, or has taken it away.
 * - `codec-mismatch`: the record was written by a codec that this store was not given.
 * - `newer-schema`: the database was written by a newer release; it was left untouched.
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

/** What is known about the failure, beside its code. */
export interface CheckpointStoreErrorDetails {
  readonly cause?: unknown;
  readonly traceId?: TraceId;
  readonly checkpointId?: CheckpointId;
  /** The offending value, as one would write it in code: `state.tools[3].run`. */
  readonly path?: string;
  readonly expected?: string;
  readonly actual?: string;
}

const BRAND = "waystone.CheckpointStoreError";

/** The one error class of a store. Tell errors apart by `code`; test with {@link isCheckpointStoreError}. */
export class CheckpointStoreError extends Error {
  override readonly name = "CheckpointStoreError";
  /** What {@link isCheckpointStoreError} tests, since `instanceof` fails across bundles and realms. */
  readonly brand = BRAND;
  readonly code: CheckpointStoreErrorCode;
  readonly traceId?: TraceId;
  readonly checkpointId?: CheckpointId;
  readonly path?: string;
  readonly expected?: string;
  readonly actual?: string;

  constructor(code: CheckpointStoreErrorCode, message: string, details: CheckpointStoreErrorDetails = {}) {
    const { cause, ...known } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [key, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true });
    }
  }
}

/** Whether `error` is a store's error, of the given code if one is given; holds across bundles, tabs and realms. */
export function isCheckpointStoreError(error: unknown, code?: CheckpointStoreErrorCode): error is CheckpointStoreError {
  const candidate = error as Partial<CheckpointStoreError> | null | undefined;
  return candidate?.brand === BRAND && (code === undefined || candidate.code === code);
}
