import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Retention } from "../../../src/core/retention.ts";
import type { PrunePreview } from "../../../src/core/trace.ts";
import type { Entry } from "./reference-disk.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Knows no pins. */
export class IgnoresPins extends ReferenceStore {
  protected override fading(traceId: string, { keepLast = Infinity }: Retention): Entry[] {
    return [...this.beyond(traceId, keepLast)].reverse();
  }
}

/** Removes with a prune what retention leaves alone. */
export class PrunesPins extends ReferenceStore {
  protected override pruned(traceId: string, keep: number): readonly Entry[] {
    return this.beyond(traceId, keep);
  }
}

/** Keeps what is pinned when it is told to keep nothing. */
export class NeverEmpties extends ReferenceStore {
  protected override pruned(traceId: string, keep: number): readonly Entry[] {
    return this.beyond(traceId, keep).filter(({ head }) => head.metadata?.["pinned"] !== true);
  }
}

/** Believes what a checkpoint is dated. */
export class AgesByTheDate extends ReferenceStore {
  protected override fading(traceId: string, { maxAgeMs = Infinity }: Retention): Entry[] {
    return this.entries(traceId).filter(({ head }) => head.timestamp < Date.now() - maxAgeMs);
  }
}

/** Lets the very checkpoint go that was just saved, if it is too big. */
export class LosesTheLatest extends ReferenceStore {
  protected override fading(traceId: string, retention: Retention): Entry[] {
    const latest = this.entries(traceId).at(-1)!;
    return latest.head.bytes > (retention.maxBytes ?? Infinity) ? [latest] : super.fading(traceId, retention);
  }
}

/** Applies the store's rule to what a handle saves under its own. */
export class KnowsOneRule extends ReferenceStore {
  override saveUnder(traceId: string, checkpoint: Checkpoint): Promise<void> {
    return super.saveUnder(traceId, checkpoint, {});
  }
}

/** Does what it was only asked about. */
export class PrunesInAPreview extends ReferenceStore {
  protected override preview(traceId: string, keep: number): PrunePreview {
    const preview = super.preview(traceId, keep);
    this.remove(traceId, this.pruned(traceId, keep), "pruned");
    return preview;
  }
}
