import type { TraceId } from "./checkpoint.ts";
import type { CheckpointStoreError } from "./errors.ts";
import { requireOptions, type OptionNames } from "./options.ts";

/**
 * The rule for what is kept of a trace. It is applied with each save, in the same transaction: a checkpoint is removed
 * as soon as one of the limits says so. The latest checkpoint and those with `metadata: { pinned: true }` always stay.
 */
export interface Retention {
  /** Keep this many of the newest checkpoints: a whole number, 1 or more. Default is no limit. */
  readonly keepLast?: number;
  /**
   * Keep checkpoints that were saved at most this long ago, in milliseconds, by the clock of the machine that saves;
   * their own `createdAt` does not matter. A fork and an import count as saves. Default is no limit.
   */
  readonly maxAgeMs?: number;
  /**
   * Keep as many of the newest checkpoints as fit into this many bytes, counted as `TraceSummary.bytes` is. Default is
   * no limit.
   */
  readonly maxBytes?: number;
}

/**
 * Called when a save finds the storage full, to make room. The rule that it returns is applied once to every trace of
 * the store, and the save is tried once more. If it returns `undefined`, the save rejects with `quota-exceeded`.
 */
export type QuotaHandler = (situation: {
  /** The trace that was being saved to. */
  readonly traceId: TraceId;
  /** The `quota-exceeded` error that the save would have rejected with. */
  readonly error: CheckpointStoreError;
}) => Retention | readonly Retention[] | undefined | Promise<Retention | readonly Retention[] | undefined>;

/**
 * Returns a rule that keeps the newest checkpoints of a trace.
 *
 * @param count - How many to keep: a whole number, 1 or more.
 * @returns A rule for the `retention` option.
 * @throws TypeError if `count` is not a number.
 * @throws RangeError if `count` is not a whole number, 1 or more.
 *
 * @example
 * ```ts
 * import { keepLast, openStore } from "waystone";
 *
 * const store = await openStore("my-agent", { retention: keepLast(2) });
 * const run = store.trace("run-1");
 * for (const step of [1, 2, 3]) await run.save({ step }, { id: `step-${step}` });
 * console.log(await run.list()); // [ 'step-3', 'step-2' ]
 * ```
 */
export function keepLast(count: number): Retention {
  return combineRetention({ keepLast: count });
}

/**
 * Returns a rule that keeps the checkpoints of a trace up to an age, counted from when they were saved to this store.
 *
 * @param maxAgeMs - The age in milliseconds, 0 or more. It is measured when something is saved to the trace, by the
 *   clock of the machine that saves: an idle trace keeps what it has.
 * @returns A rule for the `retention` option.
 * @throws TypeError if `maxAgeMs` is not a number.
 * @throws RangeError if `maxAgeMs` is negative or `NaN`.
 *
 * @example
 * ```ts
 * import { maxAge, openStore } from "waystone";
 *
 * // A fifth of a second here; a week is 7 * 86_400_000.
 * const store = await openStore("my-agent", { retention: maxAge(200) });
 * const run = store.trace("run-1");
 * await run.save({ step: 1 }, { id: "old" });
 * await new Promise((resolve) => setTimeout(resolve, 400));
 * await run.save({ step: 2 }, { id: "new" });
 * console.log(await run.list()); // [ 'new' ]
 * ```
 */
export function maxAge(maxAgeMs: number): Retention {
  return combineRetention({ maxAgeMs });
}

/**
 * Returns a rule that keeps as many of the newest checkpoints of a trace as fit into a size.
 *
 * @param bytes - The size in bytes, 0 or more, counted as `TraceSummary.bytes` is. The latest checkpoint stays even if
 *   it alone is larger.
 * @returns A rule for the `retention` option.
 * @throws TypeError if `bytes` is not a number.
 * @throws RangeError if `bytes` is negative or `NaN`.
 *
 * @example
 * ```ts
 * import { maxBytes, openStore } from "waystone";
 *
 * const store = await openStore("my-agent", { retention: maxBytes(20_000) });
 * const run = store.trace("run-1");
 * for (let step = 1; step <= 5; step += 1) await run.save({ page: String(step).repeat(9_000) });
 * const [summary] = await store.traces();
 * console.log(summary!.checkpoints, summary!.bytes <= 20_000); // 2 true
 * ```
 */
export function maxBytes(bytes: number): Retention {
  return combineRetention({ maxBytes: bytes });
}

const RULE: OptionNames<Retention> = { keepLast: true, maxAgeMs: true, maxBytes: true };

/**
 * Combines rules into one that is as strict as all of them together.
 *
 * @throws TypeError if a rule is not an object, has a limit of another name, or has one that is not a number.
 * @throws RangeError if a limit is out of its range.
 */
export function combineRetention(rules: Retention | readonly Retention[] = []): Retention {
  const combined: { -readonly [K in keyof Retention]: number } = {};
  for (const rule of Array.isArray(rules) ? (rules as readonly Retention[]) : [rules as Retention]) {
    if (typeof rule !== "object" || rule === null)
      throw new TypeError(`retention must be made of rules, got ${String(rule)}`);
    requireOptions(rule, RULE, "retention");
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
