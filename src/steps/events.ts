import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { Trace } from "../core/trace.ts";
import { Journal } from "./kept/journal.ts";
import { freshState, isStepsState, type StepsState } from "./kept/state.ts";

const EVENT = "waystone:event:";

/** An event, as it is kept beside the run's anchor until the function has received it. */
interface StoredEvent {
  readonly name: string;
  readonly value?: unknown;
  readonly sentAt: number;
}

/** An event that was sent, with its id. */
export interface SentEvent extends StoredEvent {
  readonly id: string;
}

/** Options of {@link sendEvent}. */
export interface SendEventOptions {
  /**
   * What tells the event from all others of the run: an event that was sent with this id before is not sent again.
   * Default is `crypto.randomUUID()`.
   */
  readonly id?: string;
}

const SEND_EVENT: OptionNames<SendEventOptions> = { id: true };

/**
 * Sends an event to a run: `step.waitForEvent(name)` in its function returns `value`, there or in any other tab or worker,
 * now or whenever the function asks for it. Each event is received once, in the order of sending.
 *
 * It may be sent before the run has begun, and while nobody drives it. Whoever is to drive it then has to be woken some
 * other way: by a message to an extension's worker, say.
 *
 * @param trace - A handle on the run's trace.
 * @param name - The name that the function waits for.
 * @param value - Anything that a state may hold. Default is `undefined`.
 * @param options - `id`, for a sender that may have to send again.
 * @returns A promise of whether it is new, which resolves once the event is on disk.
 * @throws TypeError if `name` is empty or not a string, or the trace holds something other than a run of steps.
 * @throws CheckpointStoreError `serialization`: the value can't be stored; `path` names what of it.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { runSteps, sendEvent } from "waystone/steps";
 *
 * const run = createMemoryStore().trace("run-1");
 * await sendEvent(run, "approval", "yes");
 * console.log(await runSteps(run, (step) => step.waitForEvent("approval"))); // yes
 * ```
 */
export async function sendEvent(
  trace: Trace,
  name: string,
  value?: unknown,
  options: SendEventOptions = {},
): Promise<boolean> {
  requireName(name, "an event");
  requireOptions(options, SEND_EVENT, "sendEvent");
  const { id = crypto.randomUUID() } = options;
  requireName(id, "an event's id");
  const event: StoredEvent = { name, ...(value !== undefined && { value }), sentAt: Date.now() };
  const anchor = await findOrMakeAnchor(trace);
  return (await trace.note(anchor, { [EVENT + id]: event }, { once: true })).length > 0;
}

/** @throws TypeError for a name that is empty or not a string. */
export function requireName(name: unknown, of: string): void {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `the name of ${of} must be a string that is not empty, got ${JSON.stringify(name) ?? typeof name}`,
    );
  }
}

/** The state of a trace's newest checkpoint. @throws TypeError if that is not one of a run of steps. */
export function requireStepsState(state: unknown, traceId: TraceId): StepsState {
  if (isStepsState(state)) return state;
  throw new TypeError(`trace ${traceId} is not a run of steps: its newest checkpoint was saved by something else`);
}

/**
 * Returns the id of the checkpoint that a run's events are kept beside. Notes go with their checkpoint, and retention
 * leaves this one alone. A fork begins without the events that were sent to the run it is from.
 */
async function findOrMakeAnchor(trace: Trace): Promise<CheckpointId> {
  for (;;) {
    const latest = await trace.loadLatest({ notes: true });
    const state = latest === undefined ? undefined : requireStepsState(latest.state, trace.id);
    if (state !== undefined && (await trace.head(state.anchor)) !== undefined) return state.anchor;
    try {
      const journal = new Journal(trace, { latest, state: state ?? freshState() }, { graphHash: latest?.graphHash });
      await journal.anchor();
      return journal.state.anchor;
    } catch (error) {
      // Somebody else has just made one, or goes on with the run.
      if (!isCheckpointStoreError(error, "conflict")) throw error;
    }
  }
}

/** Reads the events that were sent to a run, in the order of sending. */
export async function readEvents(trace: Trace, anchor: CheckpointId): Promise<SentEvent[]> {
  const checkpoint = await trace.load(anchor, { notes: true });
  if (checkpoint === undefined) {
    throw new CheckpointStoreError(
      "not-found",
      `the first checkpoint of run ${trace.id}, which has its events, is gone`,
      { traceId: trace.id, checkpointId: anchor },
    );
  }
  return [...(checkpoint.notes ?? [])]
    .filter(([key]) => key.startsWith(EVENT))
    .map(([key, event]) => ({ ...(event as StoredEvent), id: key.slice(EVENT.length) }));
}

/** Receives the events of a run for those who wait for them. It reads nothing as long as nobody waits. */
export class Inbox {
  readonly #trace: Trace;
  readonly #anchor: CheckpointId;
  readonly #received: Set<string>;
  readonly #waiting: { readonly name: string; readonly receive: (event: SentEvent) => void }[] = [];
  readonly #fail: (error: unknown) => void;
  #unwatch: (() => void) | undefined;
  #reading: Promise<void> | undefined;
  #isStale = false;

  constructor(
    trace: Trace,
    { anchor, received, fail }: { anchor: CheckpointId; received: Iterable<string>; fail: (error: unknown) => void },
  ) {
    this.#trace = trace;
    this.#anchor = anchor;
    this.#received = new Set(received);
    this.#fail = fail;
  }

  /** Resolves when whoever waits for an event that was sent has received it. */
  async isRead(): Promise<void> {
    while (this.#reading !== undefined) await this.#reading;
  }

  /** Has an event received once it is there. Those who waited first come first. Returns a function that gives up. */
  wait(name: string, receive: (event: SentEvent) => void): () => void {
    const waiting = { name, receive };
    this.#waiting.push(waiting);
    // Watched first, then read: what comes in between is seen twice rather than never.
    this.#unwatch ??= this.#trace.watch((change) => {
      if (change.kind === "noted" && change.id === this.#anchor) this.#read();
    });
    this.#read();
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  close(): void {
    this.#unwatch?.();
    this.#waiting.length = 0;
  }

  #read(): void {
    this.#isStale = true;
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined));
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#isStale && this.#waiting.length > 0) {
        this.#isStale = false;
        for (const event of await readEvents(this.#trace, this.#anchor)) this.#offer(event);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #offer(event: SentEvent): void {
    if (this.#received.has(event.id)) return;
    const at = this.#waiting.findIndex(({ name }) => name === event.name);
    if (at < 0) return;
    this.#received.add(event.id);
    this.#waiting.splice(at, 1)[0]!.receive(event);
  }
}
