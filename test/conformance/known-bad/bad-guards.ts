import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Saves on whatever is there. */
export class SavesAnyway extends ReferenceStore {
  protected override commit(traceId: string, checkpoint: Checkpoint): Promise<void> {
    return super.commit(traceId, checkpoint);
  }
}

/** Refuses what it has saved itself. */
export class GuardsAgainstRetries extends ReferenceStore {
  protected override async commit(traceId: string, checkpoint: Checkpoint, ifLatest?: string | null): Promise<void> {
    const isRetry = this.disk.entry(checkpoint.id) !== undefined && ifLatest !== undefined;
    await super.commit(traceId, isRetry ? { ...checkpoint, id: "retry" } : checkpoint, ifLatest);
  }
}
