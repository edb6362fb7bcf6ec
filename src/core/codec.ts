import type { CheckpointHead, CheckpointId, TraceId } from "./checkpoint.ts";

/**
 * Encodes values for a backend, and decodes them.
 *
 * A codec sees small, plain values only. The store takes a state apart first. A value that reaches `encode` is made of
 * plain objects with ordinary keys, dense arrays, strings, finite numbers (never `-0`), booleans and `null`, nested
 * about a hundred levels deep at most; or it is a single `Uint8Array`. All else (`undefined`, bigints, dates, maps,
 * references, instances of classes) is handled by the store.
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
   * Whether `decode` refuses what was encoded for another place. Default is false. Then each head is vouched for, too:
   * something small is encoded for it, and heads for which that can't be decoded are marked as `StoredHead` says.
   */
  readonly bindsPlace?: boolean;
  /**
   * Names the very content of what `encode` returned, for a codec that binds to the place: whatever refers to it is
   * bound to its fingerprint. Default is a checksum of 32 bits, which tells damage but not forgery.
   *
   * @param encoded - What `encode` returned. A damaged database can bring anything here.
   * @returns Some bytes, always as many: no two encoded values have the same, and nobody without the key can choose
   *   them. The tag of an authenticated encryption will do.
   * @throws Anything, for input that `encode` did not return. The store reports it as `corrupted`.
   */
  fingerprint?(encoded: unknown): Uint8Array;
  /**
   * Whether metadata is encoded too. Default is false: metadata is stored as it is, and heads can be listed without the
   * codec.
   */
  readonly encodesMetadata?: boolean;
  /** The classes that were registered with the codec. Default is none: instances of classes are refused. */
  readonly custom?: CustomValues;
}

/** Where in a store a value stands. For codecs that bind what they encode to its place; others can ignore it. */
export interface Place {
  /** The name of the store. */
  readonly store: string;
  /** What of the store the value is. */
  readonly position: HeadPosition | NotePosition | PiecesPosition | BytesPosition;
}

/** The place of what is stored with a checkpoint's head. */
export interface HeadPosition {
  /** Which part of the checkpoint the value is. What vouches for a head holds its metadata, if that is encoded. */
  readonly part: "state" | "head";
  /** The checkpoint's head, with its metadata if that stands in the open. */
  readonly head: PlacedHead;
  /**
   * The very content of all that the value refers to, what vouches for its head included: the codec's fingerprints one
   * after the other, or the sum of checksums.
   */
  readonly contents: Uint8Array | number;
}

/** The place of a note that is kept beside a checkpoint. */
export interface NotePosition {
  /** Tells this position from the others. */
  readonly part: "note";
  /** The checkpoint that the note belongs to, and the note's key there. */
  readonly note: readonly [traceId: TraceId, id: CheckpointId, key: string];
  /** The very content of all that the value refers to, as in {@link HeadPosition}. */
  readonly contents: Uint8Array | number;
}

/**
 * The place of a block of pieces: parts of states, stored once for all checkpoints that have them. Each piece says itself
 * which part it is, so there is no more to its place.
 */
export interface PiecesPosition {
  /** Tells this position from the others. */
  readonly part: "pieces";
}

/** The place of a stretch of bytes, which can't say itself what it belongs to. */
export interface BytesPosition {
  /** Tells this position from the others. */
  readonly part: "bytes";
  /** Which binary value of the trace the bytes are of, and which stretch of it. */
  readonly binary: readonly [stream: number, number: number];
}

/** A head with its place in its trace. */
export interface PlacedHead extends CheckpointHead {
  /** The trace that the checkpoint is in. */
  readonly traceId: TraceId;
  /** Position in the trace; see `StoredHead.seq`. */
  readonly seq: number;
  /** Milliseconds since the epoch; see `StoredHead.timestamp`. */
  readonly timestamp: number;
}

/**
 * The classes that were registered with a codec.
 *
 * The store takes their instances apart before the codec sees them, and keeps, compares and shares what they are made
 * of like any other part of a state. The methods run while a save is being called, or once everything was decoded.
 */
export interface CustomValues {
  /**
   * Tells the class of an object.
   *
   * @param value - An object of a state. This is called for every one.
   * @returns The name under which its class was registered; `undefined` for any other object.
   */
  nameOf(value: object): string | undefined;
  /**
   * Takes an instance apart.
   *
   * @param name - The name of its class.
   * @param instance - The instance.
   * @returns What makes it up: a new object, or a primitive, never the instance itself.
   * @throws Anything, if it can't be taken apart without loss. The store reports it as `serialization`.
   */
  takeApart(name: string, instance: object): unknown;
  /**
   * Makes an instance anew.
   *
   * @param name - The name of its class.
   * @param value - A value equal to what `takeApart` returned; it belongs to the instance.
   * @returns The instance; `undefined` if no class has that name.
   */
  make(name: string, value: unknown): object | undefined;
}
