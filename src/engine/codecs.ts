import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";

/** The codecs that a store can read with, the first of which it writes with, and the store's name, which they may bind to. */
export class Codecs {
  readonly current: Codec;
  readonly store: string;
  readonly #byName: ReadonlyMap<string, Codec>;

  constructor(codecs: readonly [Codec, ...Codec[]], { store }: { store: string }) {
    this.store = store;
    this.current = codecs[0];
    this.#byName = new Map(codecs.map((codec) => [codec.name, codec]));
  }

  /** @throws `codec-mismatch`. */
  of(record: { readonly codec: string; readonly traceId: TraceId; readonly id: CheckpointId }): Codec {
    return this.named(record.codec, record);
  }

  /** The same for a name, in a checkpoint's record. @throws `codec-mismatch`. */
  named(codec: string, { traceId, id }: { readonly traceId: TraceId; readonly id: CheckpointId }): Codec {
    const found = this.#byName.get(codec);
    if (found !== undefined) return found;
    const known = [...this.#byName.keys()].join(", ");
    throw new CheckpointStoreError(
      "codec-mismatch",
      `checkpoint ${id} was written by codec ${codec}, known here: ${known}`,
      { traceId, checkpointId: id, expected: known, actual: codec },
    );
  }
}
