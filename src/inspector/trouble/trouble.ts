/**
 * The room `trouble` is what is shown where there is nothing to show: `trouble.ts` finds words for it, and
 * `trouble-view.ts` shows them.
 */
import { isCheckpointStoreError, type CheckpointStoreErrorCode } from "../../core/errors.ts";

/** What is missing, or has failed, and what can be done. */
export interface Trouble {
  /** What it is, for styling and tests. */
  readonly kind: CheckpointStoreErrorCode | "error" | "loading" | "no-store" | "no-runs" | "no-checkpoints" | "gone";
  /** `calm`: nothing is wrong. `bad`: something is. */
  readonly tone: "calm" | "warn" | "bad";
  readonly title: string;
  readonly text: string;
  /** Whether it may be gone at the next try. */
  readonly canRetry: boolean;
  /** The message of the error, for whoever looks into it. */
  readonly message?: string;
}

type Words = Pick<Trouble, "tone" | "title" | "text" | "canRetry">;

const calm = (title: string, text: string): Words => ({ tone: "calm", title, text, canRetry: false });
const bad = (title: string, text: string, canRetry: boolean): Words => ({ tone: "bad", title, text, canRetry });
const warn = (title: string, text: string, canRetry: boolean): Words => ({ tone: "warn", title, text, canRetry });

/** What is no failure: something is not there, or not yet. */
const CALM = {
  loading: calm("Reading …", "The newest checkpoints come first."),
  "no-store": calm("No store yet", "Set the element's `store` to one that was opened."),
  "no-runs": calm("No runs yet", "A run appears here with its first checkpoint."),
  "no-checkpoints": calm("This run has no checkpoints", "It was deleted, or has not saved anything yet."),
  gone: calm("This checkpoint is gone", "It was deleted or pruned. Those around it are still there."),
} as const;

const BY_CODE: Record<CheckpointStoreErrorCode, Words> = {
  storage: bad(
    "The database does not work",
    "The browser has failed to read or write it. Its files may have been cleared, or be damaged. Close other tabs of this site and try again.",
    true,
  ),
  "not-found": calm("It is gone", "It was deleted meanwhile, here or in another tab."),
  corrupted: bad(
    "This checkpoint is damaged",
    "What is stored is not what was written, so its state is not shown. Other checkpoints still load: go on from the one before it.",
    false,
  ),
  serialization: bad(
    "This value can't be stored",
    "The store would lose something of it, and has kept nothing.",
    false,
  ),
  "graph-mismatch": warn("Another graph made this", "It can be looked at, and not resumed by this version.", false),
  conflict: warn("Somebody else was faster", "The name is taken, or the run has gone on meanwhile.", false),
  "quota-exceeded": bad(
    "The storage is full",
    "Nothing was saved, and nothing that was there is lost. Prune or delete runs to make room.",
    true,
  ),
  blocked: warn(
    "Another tab keeps the database",
    "It holds an older version open. Close the other tabs of this site, or reload them.",
    true,
  ),
  closed: warn("The store was closed", "The page has closed it. Open it again to go on.", false),
  unavailable: warn(
    "There is no storage here",
    "The browser offers none, as in some private windows, or has taken it away. Runs work, but nothing is kept.",
    true,
  ),
  "codec-mismatch": warn(
    "This can't be read without its key",
    "It was written with another codec or key than this store has. Everything is still there: open the store with the key.",
    false,
  ),
  "newer-schema": warn("A newer version wrote this", "It was left untouched. Update this page to read it.", false),
};

/** Says in words that something is not there, or not yet. */
export function calmly(kind: keyof typeof CALM): Trouble {
  return { kind, ...CALM[kind] };
}

/** Says in words what an error means. Those that are no store's are shown as they are. */
export function troubleOf(error: unknown): Trouble {
  if (error === undefined) return calmly("gone");
  const message = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error);
  if (!isCheckpointStoreError(error)) {
    return {
      kind: "error",
      ...bad("Something failed", "This is none of the failures that a store has.", true),
      message,
    };
  }
  const words = BY_CODE[error.code] as Words | undefined;
  return { kind: error.code, ...(words ?? bad("The store has failed", "", true)), message };
}
