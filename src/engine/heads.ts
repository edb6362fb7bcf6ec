import { pickHead, type CheckpointHead, type StoredHead } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { capture } from "./capture.ts";
import type { Codecs } from "./codecs.ts";
import { ContentBuilder, encodePiece, type Piece } from "./piece.ts";
import { readValue } from "./reader.ts";
import type { Origin, RecordHead, SealedMetadata } from "./records.ts";
import { Chunk } from "./tree.ts";

/** The head that a checkpoint's encoded parts are bound to: a fork's first still has those of its origin. */
export function placedHead(head: PlacedHead, origin?: Origin): PlacedHead {
  const { traceId, seq, timestamp } = head;
  const { metadata, ...rest } = pickHead(head);
  const placed = { ...rest, traceId, seq, timestamp, ...(metadata !== undefined && { metadata }) };
  if (origin === undefined) return placed;
  const { lineage: _, parentId, ...own } = origin;
  delete placed.parentId;
  return { ...placed, ...own, ...(parentId !== undefined && { parentId }) };
}

/** A head as it is to be recorded: with its metadata encoded, where the codec does that. */
export async function sealHead(
  head: PlacedHead,
  { codec, store, lineage }: { codec: Codec; store: string; lineage: number },
): Promise<PlacedHead & Pick<RecordHead, "sealed">> {
  const { metadata, ...rest } = head;
  if (metadata === undefined || codec.encodesMetadata !== true) return head;
  const content = new ContentBuilder(anchorNumbers()).build("array", new Chunk([capture(metadata).root]));
  const position = { part: "metadata", head: placedHead(rest) } as const;
  const piece = await encodePiece(content, { codec, place: { store, lineage, position } });
  return { ...rest, sealed: { codec: codec.name, lineage, piece } };
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
export async function metadataOf(record: RecordHead, codecs: Codecs): Promise<CheckpointHead["metadata"]> {
  const { sealed } = record;
  return sealed === undefined ? record.metadata : openMetadata(record, { sealed, codecs });
}

async function openMetadata(
  record: RecordHead,
  { sealed, codecs }: { sealed: SealedMetadata; codecs: Codecs },
): Promise<Record<string, unknown>> {
  const position = { part: "metadata", head: placedHead(record, record.origin) } as const;
  const value = await readValue(sealed.piece, {
    pieces: new Map<number, Piece>(),
    codec: codecs.named(sealed.codec, record),
    placeOf: () => ({ store: codecs.store, lineage: sealed.lineage, position }),
  });
  return value as Record<string, unknown>;
}

function anchorNumbers(): (anchor: { number: number }) => number {
  let next = 0;
  return (anchor) => (anchor.number < 0 ? (anchor.number = next++) : anchor.number);
}
