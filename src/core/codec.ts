import type { CheckpointHead, TraceId } from "./checkpoint.ts";

/**
 * Turns a value into something a backend can hold, and back.
 *
 * The engine takes a state apart before a codec sees it, so a codec is given small values made of plain objects with
 * ordinary keys, dense arrays, primitives (`undefined`, `NaN`, `-0` and bigint among them), valid `Date`s, `RegExp`,
 * whatever {@link Codec.custom} claims, and, alone, a `Uint8Array`. Maps, sets, references, binary views and errors
 * are the engine's business.
 */
export interface Codec {
  /** Named in every record, so that a store knows what it can read. Change it when the format changes. */
  readonly name: string;
  /** What the backend keeps, or a promise of it: a string, a `Uint8Array`, or anything structured clone can hold. */
  encode(value: unknown, place: Place): unknown;
  /** The value again, or a promise of it. Throws on input that `encode` did not make, or not for this place. */
  decode(encoded: unknown, place: Place): unknown;
  /** Whether `encode` and `decode` answer promises. */
  readonly isAsync?: boolean;
  /** Whether what is decoded at another place is refused. Then pieces that hold nothing but references are encoded too, as `null`. */
  readonly bindsPlace?: boolean;
  /** Whether metadata is encoded too. Else it is stored in the open, where heads can be listed without the codec. */
  readonly encodesMetadata?: boolean;
  /** Class instances that the codec can hold. Others are refused. */
  readonly custom?: CustomValues;
}

/** Where in a store a value stands, for codecs that bind what they encode to it. Most need not look. */
export interface Place {
  /** The name of the store. */
  readonly store: string;
  /** A number that the trace has in common with no other, not even with a later one of the same id. */
  readonly lineage: number;
  /** A piece's number in its trace; or, beside a checkpoint's head, what was encoded of it. */
  readonly position: number | { readonly part: "state" | "metadata"; readonly head: PlacedHead };
  /** The numbers of the pieces that the value refers to, as ranges. */
  readonly references: readonly (readonly number[])[];
}

/** A head with its place in its trace. In a fork's first checkpoint, those of the checkpoint it was copied from. */
export interface PlacedHead extends CheckpointHead {
  readonly traceId: TraceId;
  readonly seq: number;
  readonly timestamp: number;
  /** Where metadata is encoded apart: the lineage of that, so that it can't be left out unseen. */
  readonly metadataLineage?: number;
}

/** How a codec deals with class instances. Both are called in the moment of the save, before anything is awaited. */
export interface CustomValues {
  /** Whether the codec has a transform for this object. */
  holds(value: object): boolean;
  /** A private copy, and a key that is equal for equal values. */
  copy(value: object): { readonly key: string; readonly value: object };
}
