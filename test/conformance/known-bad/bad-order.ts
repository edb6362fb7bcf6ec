import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Entry } from "./reference-disk.ts";
import { copyOf } from "./copy.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Remembers the id of the newest, and looks no further once that is gone. */
export class ForgetsLatest extends ReferenceStore {
  readonly #latest = new Map<string, string>();

  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    await super.saveWithTrace(traceId, checkpoint);
    this.#latest.set(traceId, checkpoint.id);
  }

  override async loadLatest(traceId: string): Promise<Checkpoint | undefined> {
    const id = this.#latest.get(traceId);
    return id === undefined ? undefined : this.load(id);
  }
}

/** Appends to its list on every save, repeated ones too. */
export class ListsTwice extends ReferenceStore {
  readonly #lists = new Map<string, string[]>();

  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    await super.saveWithTrace(traceId, checkpoint);
    const list = this.#lists.get(traceId) ?? [];
    this.#lists.set(traceId, [checkpoint.id, ...list]);
  }

  override async list(traceId: string): Promise<string[]> {
    const there = new Set(await super.list(traceId));
    return (this.#lists.get(traceId) ?? []).filter((id) => there.has(id));
  }
}

/** Takes the trace's counter for the number of its checkpoints. */
export class PruneCountsDeleted extends ReferenceStore {
  override async pruneTo(traceId: string, keep: number): Promise<number> {
    const ever = this.disk.trace(traceId).lastSeq;
    await super.pruneTo(traceId, keep);
    return Math.max(0, ever - keep);
  }
}

/** Keeps the oldest instead of the newest. */
export class PrunesNewest extends ReferenceStore {
  override async pruneTo(traceId: string, keep: number): Promise<number> {
    const gone = this.entries(traceId).slice(keep);
    if (gone.length > 0) this.remove(traceId, gone, "pruned");
    return gone.length;
  }
}

/** Believes the clocks. */
export class OrdersByCreatedAt extends ReferenceStore {
  protected override entries(traceId: string): Entry[] {
    return [...super.entries(traceId)].sort((one, other) => one.checkpoint.createdAt - other.checkpoint.createdAt);
  }
}

/** Takes its time over every second save, and does not wait for it with the next. */
export class Overtakes extends ReferenceStore {
  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    const taken = copyOf(checkpoint);
    const { step } = taken.state as { step: number };
    if (step % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await super.saveWithTrace(traceId, taken);
  }
}

/** Replaces what it has. */
export class Overwrites extends ReferenceStore {
  protected override async commit(traceId: string, checkpoint: Checkpoint): Promise<void> {
    const there = this.disk.entry(checkpoint.id);
    if (there !== undefined) this.remove(there.head.traceId, [there], "deleted");
    await super.commit(traceId, checkpoint);
  }
}

/** Takes a known id for a retry without a look at what it holds. */
export class TrustsIds extends ReferenceStore {
  protected override async commit(traceId: string, checkpoint: Checkpoint): Promise<void> {
    if (this.disk.entry(checkpoint.id)?.head.traceId === traceId) return;
    await super.commit(traceId, checkpoint);
  }
}

/** Sweeps all traces whose id begins like the one meant. */
export class SweepsByPrefix extends ReferenceStore {
  override async pruneTo(traceId: string, keep: number): Promise<number> {
    for (const other of this.disk.traces.keys()) {
      if (other !== traceId && other.startsWith(traceId)) await super.pruneTo(other, keep);
    }
    return super.pruneTo(traceId, keep);
  }
}

/** Gives a deleted checkpoint's place to the next one. */
export class ReusesSeq extends ReferenceStore {
  protected override remove(...[traceId, gone, kind]: Parameters<ReferenceStore["remove"]>): void {
    super.remove(traceId, gone, kind);
    this.disk.trace(traceId).lastSeq = this.entries(traceId).at(-1)?.head.seq ?? 0;
  }
}

/** Resumes whatever graph is asked for. */
export class IgnoresGraphs extends ReferenceStore {
  override load(id: string): Promise<Checkpoint | undefined> {
    return super.load(id);
  }
}
