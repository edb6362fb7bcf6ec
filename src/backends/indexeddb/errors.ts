import { CheckpointStoreError, isCheckpointStoreError, type CheckpointStoreErrorCode } from "../../core/errors.ts";

const CODES: Readonly<Record<string, CheckpointStoreErrorCode>> = {
  ConstraintError: "conflict",
  QuotaExceededError: "quota-exceeded",
  DataCloneError: "serialization",
  VersionError: "newer-schema",
  SecurityError: "unavailable",
};

/** Turns an exception of the browser into an error of the store. */
export function toStoreError(error: unknown, doing: string): CheckpointStoreError {
  if (isCheckpointStoreError(error)) return error;
  const { name, message } = error as Partial<Error>;
  const code = CODES[name ?? ""] ?? "storage";
  return new CheckpointStoreError(code, `${doing}: ${message || name || String(error)}`, { cause: error });
}

/**
 * With less than this left of its quota, a write may not have fitted: a save can write a record of 2 MB, and Firefox
 * writes it to its journal first.
 */
const SCARCE_BYTES = 4 * 1024 * 1024;

/**
 * Tells whether the origin's storage is nearly full. Firefox (153) sometimes reports a full disk as UnknownError, the
 * name that it has for any failure, instead of as QuotaExceededError.
 */
export async function isStorageFull(): Promise<boolean> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const { quota = Infinity, usage = 0 } = estimate ?? {};
  return quota - usage < Math.max(SCARCE_BYTES, quota / 100);
}

/** Tells whether the browser raised `error`, not the work in a transaction. */
export function isEngineError(error: unknown): boolean {
  // By name, since exceptions from an iframe's database are of the iframe's classes. In Chromium 156,
  // QuotaExceededError is a class of its own, as Web IDL now specifies.
  return /^\[object (DOMException|QuotaExceededError)\]$/.test(Object.prototype.toString.call(error));
}
