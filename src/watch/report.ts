import type { StoredHead } from "../core/checkpoint.ts";
import type { Change } from "../core/trace.ts";

/** A change as stores of one name tell each other: before it has an origin. */
export type ChangeReport = Change extends infer C ? (C extends Change ? Omit<C, "origin"> : never) : never;

type Fields = Readonly<Record<string, unknown>>;

/** What a change of each kind carries beside the trace and its version. */
const CARRIED: Readonly<Record<Change["kind"], (report: Fields) => boolean>> = {
  saved: ({ head, traceId }) => isHead(head) && head.traceId === traceId,
  deleted: ({ ids }) => isIds(ids),
  pruned: ({ ids }) => isIds(ids),
  noted: ({ id, keys }) => typeof id === "string" && isIds(keys),
  "trace-deleted": () => true,
};

/**
 * Whether what came over the channel is the report of a store: any page of the origin can post to it, one with another
 * release of this library included.
 */
export function isReport(message: unknown): message is ChangeReport {
  if (!isObject(message)) return false;
  const { traceId, version, kind } = message;
  if (typeof traceId !== "string" || !isCount(version) || typeof kind !== "string") return false;
  return Object.hasOwn(CARRIED, kind) && CARRIED[kind as Change["kind"]](message);
}

function isHead(value: unknown): value is StoredHead {
  if (!isObject(value)) return false;
  const { id, traceId, seq, timestamp, createdAt } = value;
  return (
    typeof id === "string" && typeof traceId === "string" && isCount(seq) && isTime(timestamp) && isTime(createdAt)
  );
}

function isIds(value: unknown): boolean {
  return Array.isArray(value) && value.every((id) => typeof id === "string");
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
