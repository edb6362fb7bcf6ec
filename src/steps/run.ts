import { CheckpointStoreError } from "../core/errors.ts";
import type { Inbox } from "./events.ts";
import type { Journal } from "./kept/journal.ts";
import { keptSteps, keyOf, labelOf, type KeptStep, type StepIdentity } from "./kept/state.ts";

/** A run, from one start of its function to the end of it: what all its scopes share. */
export class Run {
  readonly journal: Journal;
  readonly inbox: Inbox;
  /** How often the function was started before, since the newest checkpoint was saved. */
  readonly starts: number;
  /** Aborted when the run stops, whatever the reason. */
  readonly signal: AbortSignal;
  /** Rejects when the run stops before its function has ended. */
  readonly stopped: Promise<never>;
  /** The scope of the step whose function is being called at this very moment. */
  calling: string | undefined;
  /** How many functions of steps are under way. */
  working = 0;
  /** To be called whenever the run may have come to rest. */
  rest: () => void = () => {};
  readonly #stopping = new AbortController();
  #rejectStopped!: (error: unknown) => void;
  readonly #kept = new Map<string, KeptStep>();
  readonly #keptWithin = new Map<string, KeptStep[]>();
  readonly #begun = new Set<string>();
  readonly #withoutPatch = new Set<string>();

  constructor(journal: Journal, inbox: Inbox) {
    this.journal = journal;
    this.inbox = inbox;
    this.starts = journal.starts;
    this.signal = this.#stopping.signal;
    this.stopped = new Promise((_resolve, reject) => (this.#rejectStopped = reject));
    this.stopped.catch(() => undefined);
    for (const step of keptSteps(journal.state)) this.#remember(step);
  }

  /** What is kept of a step, if it is finished. */
  kept(key: string): KeptStep | undefined {
    return this.#kept.get(key);
  }

  /** The finished steps of one scope, in the order in which it got to know of them. */
  keptWithin(scope: string): readonly KeptStep[] {
    return this.#keptWithin.get(scope) ?? [];
  }

  /** Keeps a finished step. Resolves to `false` if it could not be, since the run has stopped. */
  async keep(step: KeptStep): Promise<boolean> {
    if (this.signal.aborted) return false;
    try {
      await this.journal.finish(step);
    } catch (error) {
      this.stop(error);
      return false;
    }
    this.#remember(step);
    return !this.signal.aborted;
  }

  /** Returns the number of the attempt at which a step now begins. `isNew`: it can't have begun in an earlier start. */
  attemptOf(key: string, { isNew }: { isNew: boolean }): number {
    const known = this.journal.open.get(key)?.attempt;
    const isAgain = this.#begun.has(key);
    this.#begun.add(key);
    if (known !== undefined) return isAgain ? known + 1 : known;
    // What is not known to have begun may have, in a start that was cut off.
    return isNew ? 1 : 1 + this.starts;
  }

  /** Whether this run goes by a change of its function. Once it has got past the change, it never does. */
  isPatched(name: string, { isLive }: { isLive: boolean }): boolean {
    const { patches } = this.journal.state;
    if (patches.includes(name)) return true;
    if (isLive && !this.#withoutPatch.has(name)) {
      patches.push(name);
      return true;
    }
    this.#withoutPatch.add(name);
    return false;
  }

  /** Ends everything: nothing more begins or is kept. */
  stop(error: unknown): void {
    if (this.signal.aborted) return;
    this.#stopping.abort(error);
    this.#rejectStopped(error);
  }

  /** The error for a kept step that is not what the function asks for. */
  mismatch(
    step: StepIdentity,
    problem: string,
    details: { expected?: string; actual?: string } = {},
  ): CheckpointStoreError {
    const message =
      `the run has kept step "${labelOf(step)}", but ${problem}: its function was changed. ` +
      "`upgrade` and `step.patched` let a run go on with another function";
    return new CheckpointStoreError("graph-mismatch", message, {
      traceId: this.journal.trace.id,
      path: labelOf(step),
      ...details,
    });
  }

  #remember(step: KeptStep): void {
    this.#kept.set(keyOf(step), step);
    const { within = "" } = step;
    const list = this.#keptWithin.get(within);
    if (list === undefined) this.#keptWithin.set(within, [step]);
    else list.push(step);
  }
}
