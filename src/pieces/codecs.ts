import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";

/** What a store does only if it is told to. See the options of `openStore`. */
export interface CodecPermissions {
  /** Whether records of a codec that does not bind to their place may stand beside those of one that does. */
  readonly allowPlainRecords?: boolean | undefined;
  /** Whether a trace may be saved to although its newest checkpoint can't be read here. */
  readonly allowUnreadableLatest?: boolean | undefined;
}

/**
 * The codecs of a store: it writes with the first and reads with all. With the store's name, which codecs may bind to.
 */
export class Codecs {
  readonly current: Codec;
  readonly store: string;
  readonly allowsUnreadableLatest: boolean;
  readonly #allowsPlainRecords: boolean;
  readonly #byName: ReadonlyMap<string, Codec>;

  constructor(
    codecs: readonly [Codec, ...Codec[]],
    { store, allowPlainRecords = false, allowUnreadableLatest = false }: { store: string } & CodecPermissions,
  ) {
    this.store = store;
    this.current = codecs[0];
    this.allowsUnreadableLatest = allowUnreadableLatest;
    this.#allowsPlainRecords = allowPlainRecords;
    this.#byName = new Map(codecs.map((codec) => [codec.name, codec]));
  }

  /** Whether any of the codecs returns promises. */
  get isAsync(): boolean {
    return [...this.#byName.values()].some(({ isAsync }) => isAsync === true);
  }

  /** Returns the codec of a name, whether its records may be read or not. */
  find(codec: string): Codec | undefined {
    return this.#byName.get(codec);
  }

  /** Returns the codec that wrote a checkpoint. @throws `codec-mismatch`. */
  of(record: { readonly codec: string; readonly traceId: TraceId; readonly id: CheckpointId }): Codec {
    return this.named(record.codec, record);
  }

  /** Returns the codec of a name that a checkpoint's record gives. @throws `codec-mismatch`. */
  named(codec: string, { traceId, id }: { readonly traceId: TraceId; readonly id: CheckpointId }): Codec {
    const found = this.find(codec);
    const known = [...this.#byName.keys()].join(", ");
    const details = { traceId, checkpointId: id, expected: known, actual: codec };
    if (found === undefined) {
      const message = `checkpoint ${id} was written by codec ${codec}, known here: ${known}`;
      throw new CheckpointStoreError("codec-mismatch", message, details);
    }
    if (this.current.bindsPlace === true && found.bindsPlace !== true && !this.#allowsPlainRecords) {
      const message = `checkpoint ${id} is a plain record of codec ${codec}, which anybody could have written: it is read with allowPlainRecords alone`;
      throw new CheckpointStoreError("codec-mismatch", message, details);
    }
    return found;
  }

  /** @throws `codec-mismatch` if a save would put a plain record on top of one that is bound to its place. */
  requireNoDowngrade({
    codec,
    traceId,
    id,
  }: {
    readonly codec: string;
    readonly traceId: TraceId;
    readonly id: CheckpointId;
  }): void {
    const { current } = this;
    if (this.find(codec)?.bindsPlace !== true || current.bindsPlace === true || this.#allowsPlainRecords) return;
    const message = `codec ${current.name} would put a plain record on top of checkpoint ${id}, which codec ${codec} wrote: it does so with allowPlainRecords alone`;
    const details = { traceId, checkpointId: id, expected: current.name, actual: codec };
    throw new CheckpointStoreError("codec-mismatch", message, details);
  }
}
