import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { StorageUsage, WatchOptions } from "../../../src/core/store.ts";
import type { ChangeListener } from "../../../src/core/trace.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Acknowledges at once and writes later; what is not written when it closes is lost. */
export class LosesOnClose extends ReferenceStore {
  #pending: (() => Promise<void>)[] = [];

  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    const taken = this.take(traceId, checkpoint);
    this.#pending.push(() => super.saveWithTrace(traceId, taken));
    setTimeout(() => void this.#flush(), 1);
  }

  override async loadLatest(traceId: string): Promise<Checkpoint | undefined> {
    await this.#flush();
    return super.loadLatest(traceId);
  }

  override close(): Promise<void> {
    this.#pending = [];
    return super.close();
  }

  async #flush(): Promise<void> {
    for (const write of this.#pending.splice(0)) await write();
  }
}

/** Acknowledges at once and writes later, but waits for that when it closes. */
export class AnswersBeforeCommit extends ReferenceStore {
  #written: Promise<unknown> = Promise.resolve();

  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    const taken = this.take(traceId, checkpoint);
    const write = async (before: Promise<unknown>) => {
      await before;
      await new Promise((resolve) => setTimeout(resolve, 1));
      await super.saveWithTrace(traceId, taken);
    };
    this.#written = write(this.#written);
  }

  override async list(traceId: string): Promise<string[]> {
    await this.#written;
    return super.list(traceId);
  }

  override async close(): Promise<void> {
    await this.#written;
    await super.close();
  }
}

/** Removes checkpoints and leaves their states where they are. */
export class KeepsPieces extends ReferenceStore {
  #left = 0;

  protected override remove(...[traceId, gone, kind]: Parameters<ReferenceStore["remove"]>): void {
    for (const { head } of gone) this.#left += head.bytes;
    super.remove(traceId, gone, kind);
  }

  override async usage(): Promise<StorageUsage> {
    const usage = await super.usage();
    return { ...usage, storedBytes: usage.storedBytes + this.#left };
  }
}

/** Goes on working when closed. */
export class NeverCloses extends ReferenceStore {
  override async close(): Promise<void> {}
}

/** Lets go of the data while saves are under way. */
export class ClosesAtOnce extends ReferenceStore {
  protected override async commit(traceId: string, checkpoint: Checkpoint): Promise<void> {
    await Promise.resolve();
    if (this.closing === undefined) await super.commit(traceId, checkpoint);
  }
}

/** Reports what it tried as well as what it did. */
export class ReportsTries extends ReferenceStore {
  override async delete(id: string): Promise<boolean> {
    const had = await super.delete(id);
    if (!had) this.disk.tell(this, { traceId: "trace", version: 0, origin: "local", kind: "deleted", ids: [id] });
    return had;
  }
}

/** Hands changes out by and by, to those also who have left. */
export class ReportsToThoseWhoLeft extends ReferenceStore {
  override watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    return super.watch((change) => void setTimeout(() => listener(change), 1), options);
  }
}

/** Lets a listener's error out into the save. */
export class TripsOverListeners extends ReferenceStore {
  readonly #listeners: ChangeListener[] = [];

  override watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    this.#listeners.push(listener);
    const end = super.watch(() => undefined, options);
    return () => {
      end();
      this.#listeners.splice(this.#listeners.indexOf(listener), 1);
    };
  }

  protected override async commit(traceId: string, checkpoint: Checkpoint): Promise<void> {
    await super.commit(traceId, checkpoint);
    const { head } = this.entries(traceId).at(-1)!;
    for (const listener of this.#listeners) listener({ traceId, version: 1, origin: "local", kind: "saved", head });
  }
}

/** Moves the checkpoint itself. */
export class ForksTheOriginal extends ReferenceStore {
  override async fork(id: string, traceId: string): Promise<Checkpoint> {
    const origin = await this.load(id);
    const copy = await super.fork(id, traceId);
    await this.delete(origin!.id);
    return copy;
  }
}
