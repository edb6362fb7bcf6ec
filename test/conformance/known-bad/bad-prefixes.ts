import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { StoredHead } from "../../../src/core/checkpoint.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import type { DeleteTracesOptions } from "../../../src/core/store.ts";
import type { ForkOptions } from "../../../src/core/trace.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Looks for ids from the prefix up to the prefix with U+FFFF behind it. */
export class EndsAtTheLastUnit extends ReferenceStore {
  protected override beginningWith(prefix: string) {
    return super.beginningWith("").filter(([id]) => id >= prefix && id <= `${prefix}\uffff`);
  }
}

/** Takes no prefix for any. */
export class DeletesAll extends ReferenceStore {
  override async deleteTraces({ prefix }: DeleteTracesOptions): Promise<number> {
    const found = this.beginningWith(prefix);
    for (const [traceId] of found) this.empty(traceId);
    return found.length;
  }
}

/** Makes heads of what it loads. */
export class HeadsOfStates extends ReferenceStore {
  override async head(id: string): Promise<StoredHead | undefined> {
    const checkpoint = (await this.load(id)) as (Checkpoint & Partial<StoredHead>) | undefined;
    return checkpoint as StoredHead | undefined;
  }
}

/** Has no memory of its forks. */
export class ForksOnce extends ReferenceStore {
  override async fork(id: string, traceId: string, options: ForkOptions = {}): Promise<Checkpoint> {
    const there = await this.list(traceId);
    if (there.length > 0) throw new CheckpointStoreError("conflict", "it exists", { traceId });
    return super.fork(id, traceId, options);
  }
}

/** Takes whatever has the copy's id for the copy. */
export class TrustsCopies extends ReferenceStore {
  override async fork(id: string, traceId: string, options: ForkOptions = {}): Promise<Checkpoint> {
    const there = options.id === undefined ? undefined : await this.load(options.id);
    return there ?? super.fork(id, traceId, options);
  }
}
