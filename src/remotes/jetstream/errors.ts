import { JetStreamApiError, JetStreamError } from "@nats-io/jetstream";
import { CheckpointStoreError, isCheckpointStoreError, type CheckpointStoreErrorCode } from "../../core/errors.ts";

/** What the server's own codes mean. All others are `storage`. */
const MEANINGS: Readonly<Record<number, CheckpointStoreErrorCode>> = {
  10_071: "conflict", // wrong last sequence
  10_077: "quota-exceeded", // maximum bytes exceeded
  10_047: "quota-exceeded", // insufficient storage resources
  10_023: "quota-exceeded", // insufficient resources
  10_059: "unavailable", // stream not found: it is made again, or it is another server
  10_008: "unavailable", // the system is temporarily unavailable
  10_039: "unavailable", // JetStream is not enabled for the account
  10_076: "unavailable", // JetStream is not enabled
};

/** Makes a store's error of what the client throws. Without an answer, nobody knows what was done: `unavailable`. */
export function toRemoteError(cause: unknown, what: string): CheckpointStoreError {
  if (isCheckpointStoreError(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CheckpointStoreError(codeOf(cause), `${what}: ${reason}`, { cause });
}

function codeOf(cause: unknown): CheckpointStoreErrorCode {
  if (cause instanceof JetStreamApiError)
    return MEANINGS[cause.code] ?? (cause.status === 503 ? "unavailable" : "storage");
  if (cause instanceof JetStreamError) return "storage";
  return "unavailable";
}
