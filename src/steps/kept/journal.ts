import type { Checkpoint, CheckpointId } from "../../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../../core/errors.ts";
import type { Trace } from "../../core/trace.ts";
import type { KeptError } from "./errors.ts";
import {
  foldOldSteps,
  isOfRun,
  keptSteps,
  keyOf,
  labelOf,
  type KeptStep,
  type OpenStep,
  type StepsState,
} from "./state.ts";

/** The key of the note that says more of a run than its newest checkpoint does. */
const PROGRESS = "waystone:progress";

/** What became of a run after its newest checkpoint: a note beside it, written by whoever drives the run. */
export interface Progress {
  /**
   * How many times the function was started since the checkpoint was saved by the start before them: what any of them
   * began and did not finish, nobody knows. -1 if the last one stopped in an orderly way, and what it began is known.
   */
  readonly starts: number;
  /** As in the state. */
  readonly open: readonly OpenStep[];
  /** What the function failed with. */
  readonly failure?: KeptError;
}

/** Returns what is noted beside a checkpoint that was loaded with its notes. */
export function progressOf(checkpoint: Checkpoint | undefined): Progress | undefined {
  return checkpoint?.notes?.get(PROGRESS) as Progress | undefined;
}

/** What a checkpoint of a run is for: `metadata.kind` of its head. `wait`: the run stands still. */
export type CheckpointKind = "start" | "run" | "sleep" | "event" | "wait" | "end";

/** What of a checkpoint's head is for lists. */
export interface StepsHead {
  /** The node at which the run goes on. Default is `wait` where it stands still, otherwise `run`; there is none at the end. */
  readonly nextNode?: string;
  /** Beside `kind` and `step`, which the run adds. Default is nothing. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What all checkpoints of a run are saved with. */
export interface JournalOptions {
  readonly graphHash?: string | undefined;
  readonly head?: ((state: StepsState, kind: CheckpointKind) => StepsHead) | undefined;
}

/** A change of the state that waits to be saved. */
interface Entry {
  readonly kind: CheckpointKind;
  readonly label?: string;
  readonly step?: KeptStep;
  readonly id?: CheckpointId;
  apply(): void;
  undo(): void;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Writes what a run keeps. Each change is a checkpoint of its own, which is saved only on top of the one before: where
 * anybody else has saved to the trace, the run stops.
 */
export class Journal {
  readonly state: StepsState;
  readonly trace: Trace;
  readonly #options: JournalOptions;
  readonly #open = new Map<string, OpenStep>();
  /** Those of them that were begun in this start. */
  readonly #begun = new Set<string>();
  #latest: CheckpointId | null;
  #entries: Entry[] = [];
  #saving: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;
  #lastAt: number;
  /** As in {@link Progress}, counting the present start. */
  starts = 0;

  /** @param latest - The newest checkpoint, loaded with its notes; what is in them has been told by then. */
  constructor(
    trace: Trace,
    { latest, state }: { readonly latest: Checkpoint | undefined; readonly state: StepsState },
    options: JournalOptions,
  ) {
    this.trace = trace;
    this.state = state;
    this.#latest = latest?.id ?? null;
    this.#options = options;
    // What an upgrade has changed counts for more than what was noted before it.
    const isAsStored = state.open === (latest?.state as StepsState | undefined)?.open;
    const open = (isAsStored ? progressOf(latest)?.open : undefined) ?? state.open;
    for (const step of open) this.#open.set(keyOf(step), { ...step });
    this.#lastAt = state.steps.at(-1)?.at ?? state.startedAt ?? 0;
  }

  /** What had begun when the run was last heard of, and what has begun since. */
  get open(): ReadonlyMap<string, OpenStep> {
    return this.#open;
  }

  /** The time, which does not go back along the run. */
  now(): number {
    return (this.#lastAt = Math.max(Date.now(), this.#lastAt));
  }

  /** Puts a step among those that have begun. It is saved with the next checkpoint, or note. */
  begin(step: OpenStep): void {
    this.#open.set(keyOf(step), step);
    this.#begun.add(keyOf(step));
  }

  /** Saves that the function is started for the first time. */
  start(): Promise<void> {
    return this.#add({ kind: "start" });
  }

  /** Saves the checkpoint beside which the events of this trace are kept: retention leaves it alone. */
  anchor(): Promise<void> {
    const id = crypto.randomUUID();
    this.state.anchor = id;
    this.state.seeds.push({ from: keptSteps(this.state).filter(isOfRun).length, seed: crypto.randomUUID() });
    return this.#add({ kind: "start", id });
  }

  /** Keeps a finished step. Resolves once it is on disk. */
  finish(step: KeptStep): Promise<void> {
    const open = this.#open.get(keyOf(step));
    const { steps } = this.state;
    return this.#add(
      { kind: step.kind, label: labelOf(step), step },
      {
        apply: () => (this.#open.delete(keyOf(step)), steps.push(step)),
        undo: () => (open !== undefined && this.#open.set(keyOf(step), open), steps.pop()),
      },
    );
  }

  /** Saves that the run stands still. */
  wait(): Promise<void> {
    return this.#add({ kind: "wait" });
  }

  /** Keeps what the function returned: the run is complete. */
  end(result: unknown): Promise<void> {
    return this.#add(
      { kind: "end" },
      {
        apply: () => (this.state.outcome = { ...(result !== undefined && { result }) }),
        undo: () => delete this.state.outcome,
      },
    );
  }

  /** Keeps that the function is started once more. */
  restart(progress: Progress | undefined): Promise<void> {
    const before = progress?.starts ?? 0;
    this.starts = before + 1;
    if (before >= 0) {
      // Each of them may have been at an attempt when the last start was cut off.
      for (const step of this.#open.values()) if (step.attempt !== undefined) step.attempt += 1;
    }
    return this.note();
  }

  /** Keeps what has begun, beside the newest checkpoint. */
  async note(): Promise<void> {
    await this.#note({ starts: this.starts, open: [...this.#open.values()] });
  }

  /** Keeps that the function has ended: what of its steps was begun and is not finished, is known. */
  async noteEnd(failure: KeptError | undefined): Promise<void> {
    const open = [...this.#open].map(([key, step]) => {
      const wasCutOff = this.#begun.has(key) && step.attempt !== undefined && step.retryAt === undefined;
      return wasCutOff ? { ...step, attempt: step.attempt! + 1 } : step;
    });
    await this.#note({ starts: -1, open, ...(failure !== undefined && { failure }) });
  }

  async #note(progress: Progress): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed.error;
    await this.trace.note(this.#latest!, { [PROGRESS]: progress });
  }

  /** Resolves when nothing is being saved. */
  async settled(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
  }

  #add(
    what: Pick<Entry, "kind" | "label" | "step" | "id">,
    { apply = () => {}, undo = () => {} }: { apply?: () => unknown; undo?: () => unknown } = {},
  ): Promise<void> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed.error as Error);
    return new Promise((resolve, reject) => {
      this.#entries.push({ ...what, apply, undo, resolve, reject });
      this.#saving ??= this.#saveAll().finally(() => (this.#saving = undefined));
    });
  }

  async #saveAll(): Promise<void> {
    while (this.#entries.length > 0) await this.#saveTogether(this.#entries.splice(0));
  }

  /** Saves what has gathered, each as a checkpoint of its own, and all of them in one transaction. */
  async #saveTogether(entries: readonly Entry[]): Promise<void> {
    foldOldSteps(this.state);
    const before = entries.map(() => this.#latest);
    const saves = entries.map((entry, i) => {
      before[i] = this.#latest;
      return this.#save(entry);
    });
    const outcomes = await Promise.allSettled(saves);
    const at = outcomes.findIndex(({ status }) => status === "rejected");
    const stored = at < 0 ? entries : entries.slice(0, at);
    for (const { resolve } of stored) resolve();
    // A checkpoint that was saved by this start says what has begun: there is nothing left to guess.
    if (stored.length > 0) this.starts = 0;
    if (at < 0) return;
    const { reason } = outcomes[at] as PromiseRejectedResult;
    for (const { undo } of entries.slice(at).reverse()) undo();
    this.#latest = before[at]!;
    const failing = entries[at]!;
    if (isCheckpointStoreError(reason, "serialization") && (failing.step !== undefined || failing.kind === "end")) {
      failing.reject(this.#unstorable(failing, reason));
      // They held what could not be stored: without it, they can be.
      this.#entries.unshift(...entries.slice(at + 1));
    } else {
      this.#failed = { error: reason };
      for (const { reject } of [...entries.slice(at), ...this.#entries.splice(0)]) reject(reason);
    }
  }

  async #save({ kind, label, id = crypto.randomUUID(), apply }: Entry): Promise<void> {
    apply();
    this.state.open = kind === "end" ? [] : [...this.#open.values()];
    const { graphHash, head } = this.#options;
    const { nextNode = kind === "wait" ? "wait" : "run", metadata } = head?.(this.state, kind) ?? {};
    const parentId = this.#latest;
    this.#latest = id;
    await this.trace.save(this.state, {
      id,
      ...(parentId !== null && { parentId }),
      ifLatest: parentId,
      ...(this.state.outcome === undefined && { nextNode }),
      ...(graphHash !== undefined && { graphHash }),
      metadata: {
        ...metadata,
        kind,
        ...(label !== undefined && { step: label }),
        ...(id === this.state.anchor && { pinned: true }),
      },
    });
  }

  #unstorable({ label, step }: Entry, cause: CheckpointStoreError): CheckpointStoreError {
    const [what, prefix] =
      step === undefined
        ? ["what the function returned", "state.outcome.result"]
        : [`the result of step "${label}"`, /^state\.steps\[\d+\]\.result/];
    const path = cause.path?.replace(prefix, "result");
    const message = `${what} can't be stored: ${cause.message.replace(cause.path ?? "", path ?? "")}`;
    return new CheckpointStoreError("serialization", message, {
      cause,
      traceId: this.trace.id,
      ...(path !== undefined && { path }),
    });
  }
}
