import { pickHead, type CheckpointHead, type StoredHead } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { capture } from "./capture.ts";
import type { Codecs } from "./codecs.ts";
import { isSameState } from "./equal.ts";
import { planSave } from "./plan.ts";
import { readValue } from "./reader.ts";
import type { Origin, RecordHead, SealedMetadata } from "./records.ts";
import { newToken } from "./removal.ts";
import { valueOf } from "./value.ts";
import type { RefusalDetails } from "./walk.ts";

type Metadata = NonNullable<CheckpointHead["metadata"]>;

/** The head that a checkpoint's encoded parts are bound to: a fork's first still has those of its origin. */
export function placedHead(head: PlacedHead & Pick<RecordHead, "sealed">, origin?: Origin): PlacedHead {
  const { traceId, seq, timestamp, sealed } = head;
  const { metadata, ...rest } = pickHead(head);
  const placed = {
    ...rest,
    traceId,
    seq,
    timestamp,
    ...(metadata !== undefined && { metadata }),
    ...(sealed !== undefined && { metadataLineage: sealed.lineage }),
  };
  if (origin === undefined) return placed;
  const { lineage: _, parentId, ...own } = origin;
  delete placed.parentId;
  return { ...placed, ...own, ...(parentId !== undefined && { parentId }) };
}

/** Metadata out of its maker's reach. @throws `serialization` for what can't be stored. */
export function privateMetadata(metadata: Metadata, about: RefusalDetails): Metadata {
  return valueOf(capture(metadata, { name: "metadata", holding: { isCloneable: true }, about }).root) as Metadata;
}

/** Whether two are equal, in whatever way they were stored. */
export function isSameMetadata(a: Metadata | undefined, b: Metadata | undefined): boolean {
  return isSameState(capture(a).root, capture(b).root, { atomsByValue: true });
}

/** A head as it is to be recorded: with its metadata encoded, where the codec does that. */
export async function sealHead(
  head: PlacedHead,
  { codec, store }: { codec: Codec; store: string },
): Promise<PlacedHead & Pick<RecordHead, "sealed">> {
  const { metadata, ...rest } = head;
  if (metadata === undefined || codec.encodesMetadata !== true) return head;
  // A lineage of its own: its pieces are numbered from 0, as the trace's are.
  const lineage = newToken();
  const plan = await planSave(capture(metadata), {
    base: undefined,
    foreign: [],
    nextPiece: 0,
    codec,
    store,
    lineage,
    head: placedHead(rest),
    part: "metadata",
  });
  const pieces = plan.pieces.map(({ number, piece }) => [number, piece] as const);
  return { ...rest, sealed: { codec: codec.name, lineage, root: plan.root, pieces } };
}

/** A head as its readers see it. Metadata that can't be decoded here is left out: the rest is still worth having. */
export async function openHead(record: RecordHead, codecs: Codecs): Promise<StoredHead> {
  const { traceId, seq, timestamp, bytes, stateBytes, sealed, isDamaged } = record;
  const damage = isDamaged === true && { isDamaged };
  const head: StoredHead = { ...pickHead(record), traceId, seq, timestamp, bytes, stateBytes, ...damage };
  if (sealed === undefined) return head;
  try {
    return { ...head, metadata: await openMetadata(record, { sealed, codecs }) };
  } catch {
    return head;
  }
}

/** The metadata of a record. @throws `corrupted`, `codec-mismatch`. */
export async function metadataOf(record: RecordHead, codecs: Codecs): Promise<Metadata | undefined> {
  const { sealed } = record;
  return sealed === undefined ? record.metadata : openMetadata(record, { sealed, codecs });
}

async function openMetadata(
  record: RecordHead,
  { sealed, codecs }: { sealed: SealedMetadata; codecs: Codecs },
): Promise<Metadata> {
  const { store } = codecs;
  const { lineage } = sealed;
  const { metadata: _, sealed: __, ...bare } = record;
  const position = { part: "metadata", head: placedHead(bare, record.origin) } as const;
  const value = await readValue(sealed.root, {
    pieces: new Map(sealed.pieces),
    codec: codecs.named(sealed.codec, record),
    placeOf: (piece) => ({ store, lineage, position: piece === "root" ? position : piece }),
  });
  return value as Metadata;
}
