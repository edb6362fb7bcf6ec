import type { CheckpointHead, TraceId } from "./checkpoint.ts";

/**
 * Encodes values for a backend, and decodes them.
 *
 * A codec sees small values only. The store takes a state apart first, and handles maps, sets, shared references,
 * binary views and errors itself. A value that reaches `encode` is made of plain objects with ordinary keys, dense
 * arrays, primitives (`undefined`, `NaN`, `-0` and bigints too), valid `Date`s, `RegExp`s and the class instances that
 * {@link Codec.custom} accepts; or it is a single `Uint8Array`.
 *
 * @example
 * ```ts
 * import { openStore, type Codec } from "waystone";
 * import { createStructuredCloneCodec } from "waystone/codecs/structured-clone";
 *
 * // Counts what another codec encodes.
 * const inner = createStructuredCloneCodec();
 * let encoded = 0;
 * const codec: Codec = { ...inner, encode: (value, place) => ((encoded += 1), inner.encode(value, place)) };
 *
 * const store = await openStore("my-agent", { codec });
 * await store.trace("run-1").save({ step: 1 });
 * console.log(encoded); // 1
 * ```
 */
export interface Codec {
  /** Stored in every record, so that a store knows which codec reads it. Change it when the format changes. */
  readonly name: string;
  /**
   * Encodes a value.
   *
   * @param value - A copy that belongs to the codec.
   * @param place - Where the value stands in the store.
   * @returns What the backend keeps: a string, a `Uint8Array`, or anything else that structured clone can copy; or a
   *   promise of it, if `isAsync` is true.
   */
  encode(value: unknown, place: Place): unknown;
  /**
   * Decodes what `encode` returned.
   *
   * @param encoded - What `encode` returned. A damaged database can bring anything here.
   * @param place - Where the value stood when it was encoded.
   * @returns A value equal to the encoded one, or a promise of it, if `isAsync` is true.
   * @throws Anything, for input that `encode` did not return, or not for this place. The store reports it as
   *   `corrupted`.
   */
  decode(encoded: unknown, place: Place): unknown;
  /** Whether `encode` and `decode` return promises. Default is false. */
  readonly isAsync?: boolean;
  /**
   * Whether `decode` refuses what was encoded for another place. Default is false. If true, pieces that hold nothing
   * but references to other pieces are encoded too, as `null`, so that their references are bound as well.
   */
  readonly bindsPlace?: boolean;
  /**
   * Whether metadata is encoded too. Default is false: metadata is stored as it is, and heads can be listed without the
   * codec.
   */
  readonly encodesMetadata?: boolean;
  /** Which class instances the codec can hold. Default is none: instances of classes are refused. */
  readonly custom?: CustomValues;
}

/** Where in a store a value stands. For codecs that bind what they encode to its place; others can ignore it. */
export interface Place {
  /** The name of the store. */
  readonly store: string;
  /**
   * A random number of the trace that wrote the value. A later trace with the same id has another one; a fork keeps the
   * number for what it copied.
   */
  readonly lineage: number;
  /**
   * The number of the piece within its trace; or, for a value that is stored with a checkpoint's head, the head and
   * which part of the checkpoint it is.
   */
  readonly position: number | { readonly part: "state" | "metadata"; readonly head: PlacedHead };
  /**
   * The pieces that the value refers to: one list for each reference in the value. A list names pieces by runs of their
   * numbers, flat: `[start, length, start, length, ...]`. `[[4, 2, 9, 1]]` is one reference, to pieces 4, 5 and 9.
   */
  readonly references: readonly (readonly number[])[];
}

/**
 * A head with its place in its trace. The first checkpoint of a fork is not encoded anew: its place stays that of the
 * checkpoint it was copied from.
 */
export interface PlacedHead extends CheckpointHead {
  /** The trace that the checkpoint is in. */
  readonly traceId: TraceId;
  /** Position in the trace; see `StoredHead.seq`. */
  readonly seq: number;
  /** Milliseconds since the epoch; see `StoredHead.timestamp`. */
  readonly timestamp: number;
  /**
   * The lineage of the metadata, if that is encoded apart from the state. A codec that binds the state to it notices
   * when the encoded metadata was removed or exchanged.
   */
  readonly metadataLineage?: number;
}

/**
 * Which class instances a codec can hold. Both functions run while a save is being called, before anything is awaited.
 */
export interface CustomValues {
  /**
   * Tells whether the codec can encode an object.
   *
   * @param value - An object of a state.
   * @returns `true` if `encode` and `decode` give the object back.
   */
  holds(value: object): boolean;
  /**
   * Copies an object that `holds` accepted.
   *
   * @param value - An object of a state. Its owner may change it as soon as `copy` has returned.
   * @returns A copy that nobody else can reach, and a key that is the same for equal objects and differs for others.
   * @throws Anything, if the object can't be copied without loss. The store reports it as `serialization`.
   */
  copy(value: object): { readonly key: string; readonly value: object };
}
