import type { TraceId } from "../core/checkpoint.ts";
import type { Change } from "../core/trace.ts";

/** How long a change waits for one before it: longer than a busy machine holds up a message of another tab. */
const MAX_HOLD_MS = 500;
/** Of so many traces it is remembered where they stand. */
const MAX_TRACES = 1000;

/** Where a trace stands. */
interface Line {
  version: number;
  /** What waits for a change before it, in order. */
  readonly held: Change[];
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Hands on the changes of each trace in their order. What one tab did after another may be heard of before it: browsers
 * keep the messages of one sender in order, not those of two. A message that never comes leaves a gap.
 */
export class ChangeOrder {
  readonly #deliver: (change: Change) => void;
  readonly #lines = new Map<TraceId, Line>();

  constructor(deliver: (change: Change) => void) {
    this.#deliver = deliver;
  }

  take(change: Change): void {
    const line = this.#lines.get(change.traceId) ?? this.#begin(change);
    if (change.version <= line.version + 1) {
      this.#hand(change, line);
      this.#handHeld(line);
      return;
    }
    line.held.push(change);
    line.held.sort((one, other) => one.version - other.version);
    line.timer ??= setTimeout(() => this.#skipGap(line), MAX_HOLD_MS);
  }

  /** Forgets where the traces stand, and what waits. */
  clear(): void {
    for (const { timer } of this.#lines.values()) clearTimeout(timer);
    this.#lines.clear();
  }

  #begin({ traceId, version }: Change): Line {
    for (const [other, { held }] of this.#lines) {
      if (this.#lines.size < MAX_TRACES) break;
      if (held.length === 0) this.#lines.delete(other);
    }
    const line: Line = { version: version - 1, held: [], timer: undefined };
    this.#lines.set(traceId, line);
    return line;
  }

  #hand(change: Change, line: Line): void {
    // A trace that was deleted or emptied begins anew.
    if (change.kind === "trace-deleted") line.version = 0;
    else line.version = change.version === 1 ? 1 : Math.max(line.version, change.version);
    this.#deliver(change);
  }

  #handHeld(line: Line): void {
    while (line.held.length > 0 && line.held[0]!.version <= line.version + 1) this.#hand(line.held.shift()!, line);
    if (line.held.length > 0) return;
    clearTimeout(line.timer);
    line.timer = undefined;
  }

  #skipGap(line: Line): void {
    line.timer = undefined;
    line.version = line.held[0]!.version - 1;
    this.#handHeld(line);
    if (line.held.length > 0) line.timer = setTimeout(() => this.#skipGap(line), MAX_HOLD_MS);
  }
}
