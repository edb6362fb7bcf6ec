import type { Retention } from "../core/retention.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { CheckpointStore, Store } from "../core/store.ts";
import { ConformanceFailure } from "./assertions.ts";
import { runOnItsOwn, type Case, type CaseOpening } from "./run-case.ts";

/**
 * What a store may lack and still be one: the six verbs of `CheckpointStore` are not among them.
 *
 * Most name the member of `Store` that the cases call. The others:
 * - `persistence`: a name opened again after `close()` has the same data.
 * - `connections`: a name opened several times at once is one store, as it is for two tabs.
 * - `preview`: `prune` takes `dryRun`.
 * - `retention`: `open` takes a rule, and so does `trace`.
 * - `sharing`: `usage().storedBytes` grows with what a save changed, not with the state.
 * - `archive`: the subject brings what exports and imports traces.
 */
export type ConformanceFeature =
  | "close"
  | "trace"
  | "traces"
  | "history"
  | "fork"
  | "deleteTrace"
  | "watch"
  | "usage"
  | "persist"
  | "preview"
  | "retention"
  | "persistence"
  | "connections"
  | "sharing"
  | "archive";

/** What takes traces out of a store, and into another. */
export interface ConformanceArchive {
  exportTraces(store: Store, options?: { readonly traceIds?: readonly TraceId[] }): ReadableStream<Uint8Array>;
  importTraces(
    store: Store,
    stream: ReadableStream<Uint8Array>,
    options?: { readonly onConflict?: "skip" | "error" },
  ): Promise<{ readonly checkpoints: number; readonly present: number; readonly skipped: readonly TraceId[] }>;
}

/** A store to put to the test: how it is called, what it can do, and how to open and to destroy one. */
export interface ConformanceSubject {
  readonly name: string;
  readonly provides: readonly ConformanceFeature[];
  /** Opens the store of that name, which is empty at first. Every case brings a name of its own. */
  open(name: string, options?: ConformanceOpenOptions): Promise<CheckpointStore & Partial<Store>>;
  /** Where the subject provides `archive`. */
  readonly archive?: ConformanceArchive;
  /** Removes whatever is left of it. Called once all that was opened has been closed. */
  destroy(name: string): Promise<void>;
}

/** How a case wants its store. Not given to subjects that do not provide what the options are about. */
export interface ConformanceOpenOptions {
  readonly retention?: Retention | readonly Retention[];
}

/**
 * What a case is given. `open` and `openAnother` return stores of which a case may use the six verbs and the members that
 * its `needs` name; the others may not be there.
 */
export interface ConformanceContext extends CaseOpening<Store, ConformanceOpenOptions> {
  /** For cases that need `archive`. */
  readonly archive: ConformanceArchive;
}

/** One promise of a store, and how to see whether it is kept. */
export type ConformanceCase = Case<ConformanceContext, ConformanceFeature>;

const MEMBERS = ["close", "trace", "traces", "history", "fork", "deleteTrace", "watch", "usage", "persist"] as const;

/**
 * Runs one case on a store of its own and cleans up after it. Does not ask whether the subject provides what the case
 * needs: see `fitsSubject`.
 *
 * @param subject - The store to test.
 * @param one - One of `conformanceCases`.
 * @throws What the case found: a {@link ConformanceFailure}, or an error of the store's that it did not expect.
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
    }),
  );
}
