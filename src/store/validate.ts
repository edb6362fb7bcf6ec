import type { Checkpoint, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { TracesCursor } from "../core/store.ts";

/**
 * The furthest time that a `Date` can hold (ECMA-262, Time Values and Time Range). Beyond it, 1 more may be the same
 * number.
 */
const MAX_TIME_MS = 8.64e15;

/** @throws TypeError unless `value` is a string with something in it. */
export function requireId(value: unknown, name: string): asserts value is string {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${name} must be a string that is not empty, got ${describe(value)}`);
  }
}

/** @throws TypeError or RangeError unless `value` is a whole number, 0 or more. */
export function requireCount(value: unknown, name: string): asserts value is number {
  if (typeof value !== "number") throw new TypeError(`${name} must be a number, got ${describe(value)}`);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${name} must be a whole number, 0 or more, got ${value}`);
}

/** @throws TypeError unless `value` is a boolean or absent. */
export function requireFlag(value: unknown, name: string): asserts value is boolean | undefined {
  if (value !== undefined && typeof value !== "boolean")
    throw new TypeError(`${name} must be true or false, got ${describe(value)}`);
}

/** @throws TypeError or RangeError unless `value` is a checkpoint that can be saved. */
export function requireCheckpoint(value: unknown): asserts value is Checkpoint {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`checkpoint must be an object as createCheckpoint makes it, got ${describe(value)}`);
  }
  const { id, parentId, nextNode, graphHash, createdAt, metadata, state } = value as Checkpoint;
  requireId(id, "checkpoint.id");
  if (parentId !== undefined) requireId(parentId, "checkpoint.parentId");
  for (const [name, text] of Object.entries({ nextNode, graphHash })) {
    if (text !== undefined && typeof text !== "string") {
      throw new TypeError(`checkpoint.${name} must be a string or absent, got ${describe(text)}`);
    }
  }
  if (typeof createdAt !== "number") {
    throw new TypeError(`checkpoint.createdAt must be a number of milliseconds, got ${describe(createdAt)}`);
  }
  if (!(Math.abs(createdAt) <= MAX_TIME_MS)) {
    throw new RangeError(`checkpoint.createdAt must be a time that a Date can hold, got ${createdAt}`);
  }
  if (metadata !== undefined && (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))) {
    throw new TypeError(`checkpoint.metadata must be an object or absent, got ${describe(metadata)}`);
  }
  if (!("state" in value)) throw new TypeError("checkpoint.state is missing");
  if (isThenable(state)) throw new TypeError("checkpoint.state is a promise: await it before saving");
}

/** @throws TypeError unless `value` is a summary of a trace, or what of it says where to go on. */
export function requireTracesCursor(value: unknown): asserts value is TracesCursor {
  const { traceId, savedAt } = (typeof value === "object" && value !== null ? value : {}) as Partial<TracesCursor>;
  // A trace may have moved since it was listed: its id does not say where it was.
  if (typeof traceId !== "string" || typeof savedAt !== "number" || Number.isNaN(savedAt)) {
    throw new TypeError(
      `before must be a summary that traces() returned, or its traceId and savedAt, got ${describe(value)}`,
    );
  }
}

/** @throws TypeError unless `value` is an id, or a head of the trace. */
export function requireHistoryCursor(value: unknown, traceId: TraceId): asserts value is CheckpointId | StoredHead {
  if (typeof value !== "object" || value === null) return requireId(value, "before");
  const head = value as Partial<StoredHead>;
  if (!Number.isSafeInteger(head.seq) || typeof head.traceId !== "string")
    throw new TypeError("before must be an id, or a head that history() returned");
  if (head.traceId !== traceId)
    throw new TypeError(`before must be a head of trace ${traceId}, got one of ${head.traceId}`);
}

function isThenable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    // What can't be read is refused later, with its path.
    return false;
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "string" ? JSON.stringify(value) : typeof value;
}
