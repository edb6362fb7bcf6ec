import type { Backend } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { BLOCKS } from "../log/scopes.ts";
import { foldOnce, MIN_FOLDED_BLOCKS, MIN_FOLDED_BYTES } from "../verbs/fold.ts";

/** Folding starts once nobody has saved for so long. */
const QUIET_MS = 50;
/** With so many blocks, or bytes, a trace is folded even while saves go on. */
const MAX_BLOCKS = 512;
const MAX_BYTES = 2 * 1024 * 1024;

/** What this store has stored of a trace and not folded yet. */
interface Unfolded {
  blocks: number;
  bytes: number;
}

/**
 * Folds the blocks of many saves into segments, from which a state is read several times as fast. It does so in the
 * background: in the transaction of a save, it would cost each save more than it gives.
 *
 * If the page dies before, the trace is folded after later saves.
 */
export class Folding {
  readonly #backend: Backend;
  readonly #unfolded = new Map<TraceId, Unfolded>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSaveAt = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Takes note of blocks that saves have stored. */
  note(traceId: TraceId, added: readonly { readonly bytes: number }[]): void {
    this.#lastSaveAt = performance.now();
    const unfolded = this.#unfolded.get(traceId) ?? { blocks: 0, bytes: 0 };
    for (const { bytes } of added) {
      unfolded.blocks += 1;
      unfolded.bytes += bytes;
    }
    this.#unfolded.set(traceId, unfolded);
    if (unfolded.blocks >= MAX_BLOCKS || unfolded.bytes >= MAX_BYTES) void this.#start();
    else if (isWorthFolding(unfolded)) this.#wait(QUIET_MS);
  }

  /** Waits for the transaction that is under way, and starts no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const quietMs = performance.now() - this.#lastSaveAt;
      if (quietMs < QUIET_MS) this.#wait(QUIET_MS - quietMs);
      else void this.#start();
    }, ms);
  }

  #start(): Promise<void> {
    this.#running ??= this.#foldAll().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #foldAll(): Promise<void> {
    for (const [traceId, unfolded] of this.#unfolded) {
      if (!isWorthFolding(unfolded)) continue;
      this.#unfolded.delete(traceId);
      try {
        while (!this.#isClosed && (await this.#backend.write((transaction) => foldOnce(transaction, traceId), BLOCKS)));
      } catch {
        // A full disk, or a lost connection: what is stored is complete without the fold. The next save reports it.
      }
      if (this.#isClosed) return;
    }
  }
}

function isWorthFolding({ blocks, bytes }: Unfolded): boolean {
  return blocks >= MIN_FOLDED_BLOCKS || bytes >= MIN_FOLDED_BYTES;
}
