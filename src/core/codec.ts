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
  encode(value: unknown): unknown;
  /** The value again, or a promise of it. Throws on input that `encode` did not make. */
  decode(encoded: unknown): unknown;
  /** Whether `encode` and `decode` answer promises. */
  readonly isAsync?: boolean;
  /** Class instances that the codec can hold. Others are refused. */
  readonly custom?: CustomValues;
}

/** How a codec deals with class instances. Both are called in the moment of the save, before anything is awaited. */
export interface CustomValues {
  /** Whether the codec has a transform for this object. */
  holds(value: object): boolean;
  /** A private copy, and a key that is equal for equal values. */
  copy(value: object): { readonly key: string; readonly value: object };
}
