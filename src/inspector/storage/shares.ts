/**
 * The room `storage` shows what a store takes, and makes it take less.
 *
 * - `shares.ts` has the figures, `storage-view.ts` shows them and asks the browser to keep the storage.
 * - `prune-panel.ts` prunes.
 * - `transfer.ts` exports and imports, by functions that it is given; `transfer-panel.ts` has the buttons.
 */
import type { StoredHead } from "../../core/checkpoint.ts";

/** What one checkpoint takes. Sizes are in bytes. */
export interface Share {
  readonly head: StoredHead;
  /** What its save added to the store. */
  readonly added: number;
  /** What its state has in common with the checkpoints before it. */
  readonly shared: number;
}

/**
 * Returns what a checkpoint has of its own, and what it shares. A record takes a little more than what is in it, so that
 * a checkpoint may add more than its whole state would take; then it shares nothing.
 *
 * @param head - The head of the checkpoint, as the store tells it.
 */
export function shareOf(head: StoredHead): Share {
  return { head, added: head.bytes, shared: Math.max(0, head.stateBytes - head.bytes) };
}

/** Returns how many times less is stored than whole states would take: `6.2 times less`; nothing if it isn't less. */
export function savingText(storedBytes: number, wholeStateBytes: number): string {
  const ratio = storedBytes > 0 ? wholeStateBytes / storedBytes : 0;
  if (ratio < 1.1) return "";
  return `${ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString()} times less`;
}
