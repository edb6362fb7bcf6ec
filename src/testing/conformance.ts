import type { Retention } from "../core/retention.ts";
import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { CheckpointStore, Store } from "../core/store.ts";
import { ConformanceFailure } from "./assertions.ts";
import { runOnItsOwn, type Case, type CaseOpening } from "./run-case.ts";

/**
 * What a store may lack and still be one: the six verbs of `CheckpointStore` are not among them.
 *
 * Most name the member of `Store` that the cases call. The others:
 * - `persistence`: a name opened again after `close()` has the same data.
 * - `connections`: a name opened several times at once is one store, as it is for two tabs.
 * - `notes`: a handle has `note`, and loads take the option of that name.
 * - `ifLatest`: saves take it. `upgrade`: loads take it.
 * - `preview`: `prune` takes `dryRun`.
 * - `retention`: `open` takes a rule, and so does `trace`.
 * - `sharing`: `usage().storedBytes` grows with what a save changed, not with the state.
 * - `archive`: the subject brings what exports and imports traces.
 * - `divert`: it brings what moves the end of a trace into another.
 */
export type ConformanceFeature =
  | "close"
  | "trace"
  | "traces"
  | "history"
  | "fork"
  | "deleteTrace"
  | "deleteTraces"
  | "head"
  | "notes"
  | "ifLatest"
  | "upgrade"
  | "watch"
  | "usage"
  | "persist"
  | "preview"
  | "retention"
  | "persistence"
  | "connections"
  | "sharing"
  | "archive"
  | "divert";

/** What exports traces from a store and imports them into another, as `waystone/archive` does. */
export interface ConformanceArchive {
  /**
   * Exports traces.
   *
   * @param store - The store to read.
   * @param options - `traceIds`: which traces. Default is all.
   * @returns The archive.
   */
  exportTraces(store: Store, options?: { readonly traceIds?: readonly TraceId[] }): ReadableStream<Uint8Array>;
  /**
   * Imports an archive.
   *
   * @param store - The store to write to.
   * @param stream - What `exportTraces` returned.
   * @param options - `onConflict`: what becomes of a trace that the store has already. Default is `error`.
   * @returns How many checkpoints were stored, how many were there already, and which traces were skipped.
   */
  importTraces(
    store: Store,
    stream: ReadableStream<Uint8Array>,
    options?: { readonly onConflict?: "error" | "skip" | "extend" },
  ): Promise<{ readonly checkpoints: number; readonly present: number; readonly skipped: readonly TraceId[] }>;
}

/** What moves the end of a trace into another, as `waystone/replicate` does. */
export interface ConformanceReplication {
  /**
   * Moves what comes after a checkpoint of a trace into a fork.
   *
   * @param store - The store.
   * @param traceId - The trace.
   * @param options - `after`: where the trace is to stand again; default is before its first. `fork`: where to.
   * @returns The ids of what has moved, newest first.
   */
  divertTrace(
    store: Store,
    traceId: TraceId,
    options: { readonly after?: CheckpointId; readonly fork: TraceId },
  ): Promise<CheckpointId[]>;
}

/** A store to put to the test. */
export interface ConformanceSubject {
  /** What tests are listed under. */
  readonly name: string;
  /** What it can do beyond the six verbs. */
  readonly provides: readonly ConformanceFeature[];
  /**
   * Opens a store.
   *
   * @param name - Which one: it is empty at first. Every case brings names of its own, which it opens several times only if
   *   the subject provides `persistence` or `connections`.
   * @returns The open store.
   */
  open(name: string, options?: ConformanceOpenOptions): Promise<CheckpointStore & Partial<Store>>;
  /** Needed if the subject provides `archive`. */
  readonly archive?: ConformanceArchive;
  /** Needed if the subject provides `divert`. */
  readonly replication?: ConformanceReplication;
  /**
   * Removes all that is stored under a name. Called once all that was opened under it has been closed.
   *
   * @param name - What `open` was called with.
   */
  destroy(name: string): Promise<void>;
}

/** How a case wants its store. A subject is only given what it `provides`. */
export interface ConformanceOpenOptions {
  /** The store's retention. Default is to keep everything. */
  readonly retention?: Retention | readonly Retention[];
}

/**
 * What a case is given. `open` and `openAnother` return stores of which a case may use the six verbs and the members that
 * its `needs` name; the others may not be there.
 */
export interface ConformanceContext extends CaseOpening<Store, ConformanceOpenOptions> {
  /** For cases that need `archive`. */
  readonly archive: ConformanceArchive;
  /** For cases that need `divert`. */
  readonly replication: ConformanceReplication;
}

/** One promise of a store, and how to see whether it is kept. */
export type ConformanceCase = Case<ConformanceContext, ConformanceFeature>;

const MEMBERS = [
  "close",
  "trace",
  "traces",
  "history",
  "fork",
  "head",
  "deleteTrace",
  "deleteTraces",
  "watch",
  "usage",
  "persist",
] as const;

/**
 * Runs one case on a store of its own and cleans up after it. Does not ask whether the subject provides what the case
 * needs: see `fitsSubject`.
 *
 * @param subject - The store to test.
 * @param one - One of `conformanceCases`.
 * @throws Anything, if the store fails the case: a `ConformanceFailure`, or an error that it should not have thrown.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { conformanceCases, fitsSubject, runConformanceCase, type ConformanceSubject } from "waystone/testing";
 *
 * const subject: ConformanceSubject = {
 *   name: "memory",
 *   provides: ["close"],
 *   open: async () => createMemoryStore(),
 *   destroy: async () => undefined,
 * };
 * const cases = conformanceCases.filter(({ name }) => name.startsWith("order: "));
 * for (const one of cases) if (fitsSubject(subject, one)) await runConformanceCase(subject, one);
 * console.log(cases.length > 5); // true
 * ```
 */
export function runConformanceCase(subject: ConformanceSubject, one: ConformanceCase): Promise<void> {
  const complete = async (opening: Promise<CheckpointStore & Partial<Store>>): Promise<Store> => {
    const store = await opening;
    for (const member of MEMBERS) {
      if (subject.provides.includes(member) && typeof store[member] !== "function") {
        throw new ConformanceFailure(`${subject.name} is said to provide ${member}, but has no such method`);
      }
    }
    return store as Store;
  };
  return runOnItsOwn(subject, ({ open, openAnother }) =>
    one.run({
      open: (options) => complete(open(options)),
      openAnother: () => complete(openAnother()),
      get archive() {
        if (subject.archive === undefined) throw new ConformanceFailure(`${subject.name} brings no archive`);
        return subject.archive;
      },
      get replication() {
        if (subject.replication === undefined) throw new ConformanceFailure(`${subject.name} brings no replication`);
        return subject.replication;
      },
    }),
  );
}
