import type { CheckpointHead } from "../core/checkpoint.ts";
import type { Codec, PlacedHead } from "../core/codec.ts";
import { capture } from "../engine/capture.ts";
import { isSameMetadata } from "../engine/heads.ts";
import type { Piece } from "../engine/piece.ts";
import { planSave } from "../engine/plan.ts";
import { readValue } from "../engine/reader.ts";
import { pieceOf, textOfPiece } from "./piece-text.ts";
import { ARCHIVE, ARCHIVE_LINEAGE, archiveSide, type About } from "./recode.ts";

type Metadata = NonNullable<CheckpointHead["metadata"]>;

/** Returns metadata as a field of a line: as it is if JSON can hold it, otherwise encoded as a small state. */
export async function textOfMetadata(
  metadata: Metadata,
  { codec, head, about }: { codec: Codec; head: PlacedHead; about: About },
): Promise<string> {
  if (codec.encodesMetadata !== true) {
    const text = JSON.stringify(metadata);
    if (isSameMetadata(metadata, JSON.parse(text) as Metadata)) return `"metadata":${text}`;
  }
  const tree = capture(metadata, { name: "metadata", holding: codec, about });
  const { root, pieces } = await planSave(tree, {
    base: undefined,
    foreign: [],
    nextPiece: 0,
    codec,
    store: ARCHIVE,
    lineage: ARCHIVE_LINEAGE.metadata,
    head,
  });
  const rest = pieces.map(({ number, piece }) => `{"piece":${number},${textOfPiece(piece)}}`);
  return `"encodedMetadata":{"root":{${textOfPiece(root)}},"pieces":[${rest.join()}]}`;
}

/** Returns the metadata in the fields of a line. @throws Error that says what is wrong. */
export async function readMetadata(
  fields: Readonly<Record<string, unknown>>,
  { codec, head }: { codec: Codec; head: PlacedHead },
): Promise<Metadata | undefined> {
  if (Object.hasOwn(fields, "metadata")) return objectOf(fields["metadata"]) as Metadata;
  if (!Object.hasOwn(fields, "encodedMetadata")) return undefined;
  const { root, pieces } = objectOf(fields["encodedMetadata"]);
  if (!Array.isArray(pieces)) throw new Error("has metadata without pieces");
  const numbered = pieces.map((entry: unknown): [number, Piece] => {
    const number = objectOf(entry)["piece"] as number;
    return [number, pieceOf(objectOf(entry), number)];
  });
  const side = archiveSide(codec, head, ARCHIVE_LINEAGE.metadata);
  const value = await readValue(pieceOf(objectOf(root)), { ...side, pieces: new Map(numbered) });
  return objectOf(value) as Metadata;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("has metadata that is no object");
  return value as Record<string, unknown>;
}
