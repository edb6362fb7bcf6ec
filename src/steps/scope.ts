import { throwable } from "./kept/errors.ts";
import { macrotask } from "./macrotask.ts";
import { privateCopy } from "./kept/private-copy.ts";
import type { Run } from "./run.ts";
import { keyOf, labelOf, type KeptStep, type StepIdentity, type StepKind } from "./kept/state.ts";

/** How long a function may take to ask for a step that it asked for in an earlier start. */
const PATIENCE_MS = 1000;

const METHODS = { run: "step.run", sleep: "step.sleep", event: "step.waitForEvent" } as const;

/** What became of a step. `thrown` is what `error` was made of. */
export type Outcome = Partial<Pick<KeptStep, "result" | "error" | "event">> & { readonly thrown?: unknown };

/** A call for a step. */
export interface Call extends StepIdentity {
  readonly kind: StepKind;
  readonly key: string;
  readonly input: string | undefined;
  /** Begins the step; its outcome goes to {@link Scope.finish}. */
  readonly begin: (attempt: number) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The calls of one function: that of the run, or that of a step.
 *
 * A step is known by its name and its turn among equal names, and the turn by the order of the calls. That order is the
 * same at each start, since the function gets results one by one, in the order in which they were kept, and has done all
 * that it does with one before it gets the next: in parallel branches, too. Nothing new begins before all that is kept
 * was asked for; so a function that was changed is noticed before it does anything else.
 */
export class Scope {
  readonly run: Run;
  readonly key: string;
  /** Aborted when the function must do nothing more. */
  readonly signal: AbortSignal;
  /** How many results the function has got. */
  results = 0;
  /** When the last of them was kept. */
  lastAt: number;
  readonly #turns = new Map<string, number>();
  readonly #kept: readonly KeptStep[];
  #next = 0;
  /** Calls for what is kept. */
  readonly #asked = new Map<string, Call>();
  /** Calls for what is not, until all that is kept was asked for. */
  #held: Call[] = [];
  readonly #running = new Map<string, Call>();
  #deliveries: (() => void)[] = [];
  #isDelivering = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isEnded = false;

  constructor(run: Run, { key, signal }: { key: string; signal: AbortSignal }) {
    this.run = run;
    this.key = key;
    this.signal = signal;
    this.#kept = [...run.keptWithin(key)];
    this.lastAt = run.journal.state.startedAt ?? 0;
    signal.addEventListener("abort", () => this.#stop());
  }

  /** Whether all that was kept has been asked for. */
  get isLive(): boolean {
    return this.#next >= this.#kept.length;
  }

  /** Whether the function has got, or is about to get, something new. */
  get isAtRest(): boolean {
    return this.isLive && !this.#isDelivering && this.#deliveries.length === 0;
  }

  /** Asks for a step. */
  call<T>(
    name: string,
    kind: StepKind,
    { input, begin }: { input?: string; begin: (call: Call, attempt: number) => void },
  ): Promise<T> {
    const asking = new Promise<T>((resolve, reject) => {
      const turn = (this.#turns.get(name) ?? 0) + 1;
      this.#turns.set(name, turn);
      const identity = { name, ...(turn > 1 && { turn }), ...(this.key !== "" && { within: this.key }) };
      const call: Call = {
        ...identity,
        kind,
        key: keyOf(identity),
        input,
        begin: (attempt) => begin(call, attempt),
        resolve: resolve as (result: unknown) => void,
        reject,
      };
      this.#take(call);
    });
    // Whether anybody waits for it is for the function to decide; that it failed is kept.
    asking.catch(() => undefined);
    return asking;
  }

  /** Keeps the outcome of a step that has begun, and hands it to the function. */
  async finish(call: Call, outcome: Outcome): Promise<void> {
    if (this.signal.aborted) return;
    const { name, turn, within, kind, input } = call;
    const step: KeptStep = {
      name,
      ...(turn !== undefined && { turn }),
      ...(within !== undefined && { within }),
      kind,
      at: this.run.journal.now(),
      ...(input !== undefined && { input }),
      ...(outcome.event !== undefined && { event: outcome.event }),
      ...(outcome.result !== undefined && { result: privateCopy(outcome.result) }),
      ...(outcome.error !== undefined && { error: outcome.error }),
    };
    if (!(await this.run.keep(step))) return;
    this.#deliveries.push(() => {
      this.#running.delete(call.key);
      this.#hear(step);
      if (step.error === undefined) call.resolve(outcome.result);
      else call.reject("thrown" in outcome ? outcome.thrown : throwable(step.error));
    });
    this.#deliver();
  }

  /** To be called when the function has returned. @throws TypeError or `graph-mismatch` for what it has left undone. */
  requireEnd(): void {
    const running = [...this.#running.values(), ...this.#held].filter(({ kind }) => kind === "run");
    if (running.length > 0) {
      throw new TypeError(
        `the function returned while steps were running: ${running.map((call) => `"${labelOf(call)}"`).join(", ")}; await them`,
      );
    }
    if (!this.isLive) throw this.#mismatch("the function returned without it");
  }

  /** Refuses calls from now on. */
  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#patience);
  }

  #take(call: Call): void {
    if (this.#isEnded || this.signal.aborted) {
      const error = this.signal.aborted
        ? (this.signal.reason as unknown)
        : new TypeError(`step "${labelOf(call)}" was called after the end of the function that it belongs to`);
      // Not at once: a function that tries again and again would leave no time for anything else.
      void macrotask().then(() => call.reject(error));
      return;
    }
    const kept = this.run.kept(call.key);
    if (kept !== undefined) {
      const problem = differenceOf(call, kept);
      this.#asked.set(call.key, call);
      if (problem !== undefined) return this.run.stop(this.run.mismatch(kept, ...problem));
    } else if (this.isLive && this.#held.length === 0) this.#begin(call);
    else this.#held.push(call);
    this.#deliver();
  }

  #begin(call: Call): void {
    this.#running.set(call.key, call);
    call.begin(this.run.attemptOf(call.key, { isNew: this.results > this.#kept.length }));
  }

  #deliver(): void {
    clearTimeout(this.#patience);
    if (!this.#isDelivering) void this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    this.#isDelivering = true;
    // The calls that come together are all known in the next task.
    if (!this.isLive) await macrotask();
    for (let deliver = this.#nextDelivery(); deliver !== undefined; deliver = this.#nextDelivery()) {
      deliver();
      await macrotask();
    }
    this.#isDelivering = false;
    if (this.signal.aborted || this.#isEnded) return;
    if (!this.isLive && this.#held.length + this.#asked.size > 0) {
      this.#patience = setTimeout(() => this.run.stop(this.#mismatch("the function does not ask for it")), PATIENCE_MS);
    }
    this.run.rest();
  }

  #nextDelivery(): (() => void) | undefined {
    if (this.signal.aborted) return undefined;
    const kept = this.#kept[this.#next];
    if (kept === undefined) {
      if (this.#held.length === 0) return this.#deliveries.shift();
      const held = this.#held;
      this.#held = [];
      return () => held.forEach((call) => this.#begin(call));
    }
    const call = this.#asked.get(keyOf(kept));
    if (call === undefined) return undefined;
    this.#next += 1;
    return () => {
      this.#asked.delete(call.key);
      this.#hear(kept);
      if (kept.error === undefined) call.resolve(privateCopy(kept.result));
      else call.reject(throwable(kept.error));
    };
  }

  #hear(step: KeptStep): void {
    this.results += 1;
    this.lastAt = step.at;
  }

  #stop(): void {
    clearTimeout(this.#patience);
    for (const call of [...this.#asked.values(), ...this.#held, ...this.#running.values()])
      call.reject(this.signal.reason);
  }

  #mismatch(problem: string): Error {
    const step = this.#kept[this.#next]!;
    const calls = [...this.#held, ...this.#asked.values()];
    const actual = calls.length === 0 ? "the end" : calls.map(labelOf).join(", ");
    return this.run.mismatch(step, problem, { expected: labelOf(step), actual });
  }
}

/** What is wrong with a call for a step that is kept, if anything. */
function differenceOf(call: Call, kept: KeptStep): [string, { expected: string; actual: string }] | undefined {
  if (kept.kind !== call.kind) {
    const [expected, actual] = [METHODS[kept.kind], METHODS[call.kind]];
    return [`of ${expected}, not of ${actual}`, { expected, actual }];
  }
  if (kept.input === undefined || call.input === undefined || kept.input === call.input) return undefined;
  return ["with another input", { expected: kept.input, actual: call.input }];
}
