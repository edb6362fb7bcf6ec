import type { StoredHead } from "../../../src/core/checkpoint.ts";
import type { TracesCursor } from "../../../src/core/store.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Goes on from where a trace or a checkpoint stands now, and ends where it is gone. */
export class LooksCursorsUp extends ReferenceStore {
  protected override startOf(all: readonly [string, { readonly lastSave: number }][], before?: TracesCursor): number {
    if (before === undefined) return 0;
    const place = all.findIndex(([traceId]) => traceId === before.traceId);
    return place < 0 ? all.length : place + 1;
  }

  protected override cursorOf(traceId: string, before: string | StoredHead): Pick<StoredHead, "seq" | "timestamp"> {
    try {
      return super.cursorOf(traceId, typeof before === "string" ? before : before.id);
    } catch {
      return { seq: -Infinity, timestamp: Infinity };
    }
  }
}

/** Believes in positions alone, which begin anew with a trace. */
export class MixesUpTraces extends ReferenceStore {
  protected override remove(...[traceId, gone, kind]: Parameters<ReferenceStore["remove"]>): void {
    super.remove(traceId, gone, kind);
    if (this.entries(traceId).length === 0) this.disk.trace(traceId).lastSeq = 0;
  }

  protected override cursorOf(traceId: string, before: string | StoredHead): Pick<StoredHead, "seq" | "timestamp"> {
    return { ...super.cursorOf(traceId, before), timestamp: Infinity };
  }
}
