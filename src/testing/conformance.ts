import type { Retention } from "../core/retention.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { CheckpointStore, Store } from "../core/store.ts";
import { ConformanceFailure } from "./assertions.ts";

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

/** What a case is given. */
export interface ConformanceContext {
  /**
   * Opens the case's own store: the same one each time, however often it is called. A case may use the six verbs and
   * the members that its `needs` name; the others may not be there.
   */
  open(options?: ConformanceOpenOptions): Promise<Store>;
  /** Opens another store, which is empty. */
  openAnother(): Promise<Store>;
  /** For cases that need `archive`. */
  readonly archive: ConformanceArchive;
}

/** One promise of a store, and how to see whether it is kept. */
export interface ConformanceCase {
  /** A topic and a sentence: `order: list is newest first`. Unique. */
  readonly name: string;
  /** Features without which the case can't be run. */
  readonly needs?: readonly ConformanceFeature[];
  /** Rejects where the promise is broken. */
  run(context: ConformanceContext): Promise<void>;
}

const MEMBERS = ["close", "trace", "traces", "history", "fork", "deleteTrace", "watch", "usage", "persist"] as const;

/** Whether the subject provides all that the case needs. */
export function fitsSubject(subject: ConformanceSubject, one: ConformanceCase): boolean {
  return (one.needs ?? []).every((feature) => subject.provides.includes(feature));
}

/**
 * Runs one case on a store of its own and cleans up after it; rejects with what the case found.
 *
 * Whether the subject provides what the case needs is for the caller to ask: see {@link fitsSubject}.
 */
export async function runConformanceCase(subject: ConformanceSubject, one: ConformanceCase): Promise<void> {
  const name = `conformance-${crypto.randomUUID()}`;
  const names = [name];
  const opened: (CheckpointStore & Partial<Store>)[] = [];
  const open = async (name: string, options?: ConformanceOpenOptions): Promise<Store> => {
    const store = await subject.open(name, options);
    opened.push(store);
    for (const member of MEMBERS) {
      if (subject.provides.includes(member) && typeof store[member] !== "function") {
        throw new ConformanceFailure(`${subject.name} is said to provide ${member}, but has no such method`);
      }
    }
    return store as Store;
  };
  const context: ConformanceContext = {
    open: (options) => open(name, options),
    openAnother() {
      const another = `${name}-${names.length}`;
      names.push(another);
      return open(another);
    },
    get archive() {
      if (subject.archive === undefined) throw new ConformanceFailure(`${subject.name} brings no archive`);
      return subject.archive;
    },
  };
  const cleanUp = async () => {
    for (const store of opened) await store.close?.();
    for (const one of names) await subject.destroy(one);
  };
  try {
    await one.run(context);
  } catch (failure) {
    await cleanUp().catch(() => undefined);
    throw failure;
  }
  await cleanUp();
}
