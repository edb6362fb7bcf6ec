import type { TraceId } from "./checkpoint.ts";
import type { CheckpointStoreError } from "./errors.ts";

/**
 * The rule for what is kept of a trace, applied with each save. A checkpoint goes as soon as one of the limits says so.
 * The latest one and those with `metadata.pinned: true` always stay.
 */
export interface Retention {
  /** So many of the newest. */
  readonly keepLast?: number;
  /** Those that are no older, by their `timestamp` and this machine's clock. */
  readonly maxAgeMs?: number;
  /** As many of the newest as the trace can have without taking more than this, as `traces` counts its bytes. */
  readonly maxBytes?: number;
}

/**
 * Asked when a save finds the storage full. The rule that it answers is applied to every trace of the store, once, and
 * the save is tried once more; `undefined` lets it fail.
 */
export type QuotaHandler = (situation: {
  /** The trace that was to be saved to. */
  readonly traceId: TraceId;
  readonly error: CheckpointStoreError;
}) => Retention | readonly Retention[] | undefined | Promise<Retention | readonly Retention[] | undefined>;

/** Keeps the `count` newest checkpoints of a trace. @throws RangeError unless it is a whole number, 1 or more. */
export function keepLast(count: number): Retention {
  return combineRetention({ keepLast: count });
}

/** Keeps the checkpoints of a trace that are no older than `maxAgeMs`. @throws RangeError if it is negative or no number. */
export function maxAge(maxAgeMs: number): Retention {
  return combineRetention({ maxAgeMs });
}

/** Keeps as many of the newest checkpoints as a trace can have within `bytes`. @throws RangeError if it is negative or no number. */
export function maxBytes(bytes: number): Retention {
  return combineRetention({ maxBytes: bytes });
}

/** One rule that is as strict as all of them. @throws TypeError, RangeError. */
export function combineRetention(rules: Retention | readonly Retention[] = []): Retention {
  const combined: { -readonly [K in keyof Retention]: number } = {};
  for (const rule of Array.isArray(rules) ? (rules as readonly Retention[]) : [rules as Retention]) {
    if (typeof rule !== "object" || rule === null)
      throw new TypeError(`retention must be made of rules, got ${String(rule)}`);
    for (const key of ["keepLast", "maxAgeMs", "maxBytes"] as const) {
      const limit = rule[key];
      if (limit === undefined) continue;
      requireLimit(limit, key);
      combined[key] = Math.min(limit, combined[key] ?? Infinity);
    }
  }
  return combined;
}

function requireLimit(limit: unknown, name: keyof Retention): void {
  if (typeof limit !== "number") throw new TypeError(`retention.${name} must be a number, got ${typeof limit}`);
  const isFit = name === "keepLast" ? Number.isSafeInteger(limit) && limit >= 1 : limit >= 0;
  if (!isFit) {
    throw new RangeError(
      `retention.${name} must be ${name === "keepLast" ? "a whole number, 1 or more" : "0 or more"}, got ${limit}`,
    );
  }
}
