import { concatBytes } from "../core/bytes.ts";
import type { Codec, HeadPosition } from "../core/codec.ts";
import { checksum } from "./checksum.ts";

/** The blocks that a root refers to, as far as it is bound to them. */
export interface Referred {
  /** The sum of their checksums. */
  readonly sums: number;
  /** Their fingerprints, in the order of their numbers; asked for only where the codec makes them. */
  readonly fingerprints: readonly Uint8Array[];
}

/**
 * What a root is bound to beside its place: the very content of the blocks that it refers to, and of what was sealed
 * for its head, as it was encoded, where there is such.
 *
 * Fingerprints stand one after the other and are not summed up: of a few hundred known values, some can be chosen whose
 * sum is that of others, however many bits it has.
 */
export function contentsOf(
  blocks: Referred,
  { codec, sealed }: { readonly codec: Codec; readonly sealed: unknown },
): HeadPosition["contents"] {
  if (codec.fingerprint === undefined) return sealed === undefined ? blocks.sums : blocks.sums + checksum(sealed);
  const { fingerprints } = blocks;
  return concatBytes(sealed === undefined ? fingerprints : [codec.fingerprint(sealed), ...fingerprints]);
}
