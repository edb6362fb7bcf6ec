import { pickHead, type CheckpointHead, type StoredHead } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import { capture } from "../state/capture.ts";
import type { RefusalDetails } from "../state/diagnose.ts";
import { isSameState } from "../state/equality.ts";
import { rebuild } from "../state/rebuild.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { encodeState } from "../pieces/encode.ts";
import { Layout } from "../pieces/layout.ts";
import { readState } from "../pieces/read-state.ts";
import type { RecordHead, EncodedValue } from "./records.ts";

type Metadata = NonNullable<CheckpointHead["metadata"]>;

/** A head with its place in its trace; its metadata as it is, or encoded in `sealed`. */
export type PreparedHead = PlacedHead & Pick<RecordHead, "sealed">;

/** Returns the head that a codec binds a checkpoint's root to. */
export function placedHead(head: PlacedHead): PlacedHead {
  const { traceId, seq, timestamp } = head;
  return { ...pickHead(head), traceId, seq, timestamp };
}

/** Returns a copy of metadata that its maker can't change. @throws `serialization` for what can't be stored. */
export function privateMetadata(metadata: Metadata, about: RefusalDetails): Metadata {
  return rebuild(capture(metadata, { name: "metadata", holding: { isCloneable: true }, about }).root) as Metadata;
}

/** Returns whether two metadata are equal, in whatever way they were stored. */
export function isSameMetadata(a: Metadata | undefined, b: Metadata | undefined): boolean {
  return isSameState(capture(a).root, capture(b).root, { atomsByValue: true });
}

/** Returns a head without what a codec encodes of it. */
export function openPart(head: PlacedHead, { encodesMetadata }: Codec): PlacedHead {
  if (encodesMetadata !== true) return head;
  const { metadata: _, ...open } = head;
  return open;
}

/**
 * Has the codec encode what it keeps of a head: its metadata, or something small that vouches for a head whose metadata
 * stays as it is. Returns a promise only if the codec does either.
 */
export function sealHead(
  head: PlacedHead,
  { codec, store }: { readonly codec: Codec; readonly store: string },
): PreparedHead | Promise<PreparedHead> {
  const open = openPart(head, codec);
  const metadata = open.metadata === undefined ? head.metadata : undefined;
  if (metadata === undefined && codec.bindsPlace !== true) return head;
  return (async () => {
    const options = { codec, store, part: "head", head: open, nextBlock: 0 } as const;
    const { root, blocks, needs, contents } = await encodeState(new Layout(), capture(metadata), options);
    return { ...open, sealed: { codec: codec.name, root, blocks, needs, contents } };
  })();
}

/**
 * Returns a head as users see it. Metadata that can't be decoded is left out: the rest is still worth having. If the
 * store's codec vouches for heads, a forged head is marked `isDamaged`, and one that can't be checked `isUnverified`.
 */
export async function openHead(record: RecordHead, codecs: Codecs): Promise<StoredHead> {
  const { traceId, seq, timestamp, bytes, stateBytes, sealed, isDamaged } = record;
  const damage = isDamaged === true && { isDamaged };
  const head: StoredHead = { ...pickHead(record), traceId, seq, timestamp, bytes, stateBytes, ...damage };
  const unverified = codecs.current.bindsPlace === true ? { ...head, isUnverified: true as const } : head;
  if (sealed === undefined) return unverified;
  try {
    const metadata = await openMetadata(record, { sealed, codecs });
    return metadata === undefined ? head : { ...head, metadata };
  } catch (error) {
    return isCheckpointStoreError(error, "codec-mismatch") ? unverified : { ...head, isDamaged: true };
  }
}

/** Returns the metadata of a record. @throws `corrupted`, `codec-mismatch`. */
export async function metadataOf(record: RecordHead, codecs: Codecs): Promise<Metadata | undefined> {
  const { sealed, metadata } = record;
  return sealed === undefined ? metadata : ((await openMetadata(record, { sealed, codecs })) ?? metadata);
}

/** Returns the metadata that is encoded in a record; `undefined` if it stands there as it is. */
async function openMetadata(
  record: RecordHead,
  { sealed, codecs }: { sealed: EncodedValue; codecs: Codecs },
): Promise<Metadata | undefined> {
  const codec = codecs.named(sealed.codec, record);
  const options = { codec, store: codecs.store, part: "head", head: placedHead(record) } as const;
  return (await readState(sealed, options)) as Metadata | undefined;
}
