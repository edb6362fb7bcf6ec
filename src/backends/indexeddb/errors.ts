import { CheckpointStoreError, isCheckpointStoreError, type CheckpointStoreErrorCode } from "../../core/errors.ts";

const CODES: Readonly<Record<string, CheckpointStoreErrorCode>> = {
  ConstraintError: "conflict",
  QuotaExceededError: "quota-exceeded",
  DataCloneError: "serialization",
  VersionError: "newer-schema",
  SecurityError: "unavailable",
};

/** What an exception of the engine means to the users of a store. */
export function toStoreError(error: unknown, doing: string): CheckpointStoreError {
  if (isCheckpointStoreError(error)) return error;
  const { name, message } = error as Partial<Error>;
  const code = CODES[name ?? ""] ?? "storage";
  return new CheckpointStoreError(code, `${doing}: ${message || name || String(error)}`, { cause: error });
}

/**
 * So little is left of a quota that a write may well not have fitted: a save may write a volume of 2 MB, and Firefox's
 * journal has it a second time before the database does.
 */
const SCARCE_BYTES = 4 * 1024 * 1024;

/**
 * Whether the origin's storage is as good as full. Firefox (153) reports now and then as UnknownError, its word for
 * anything, what it reports as QuotaExceededError otherwise.
 */
export async function isStorageFull(): Promise<boolean> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const { quota = Infinity, usage = 0 } = estimate ?? {};
  return quota - usage < Math.max(SCARCE_BYTES, quota / 100);
}

/** Whether the engine itself raised `error`, rather than the work in a transaction. */
export function isEngineError(error: unknown): boolean {
  // By name: from an iframe's database, exceptions are of the iframe's classes. Chromium 156 has the quota's error in a
  // class of its own, as Web IDL now wants it.
  return /^\[object (DOMException|QuotaExceededError)\]$/.test(Object.prototype.toString.call(error));
}
