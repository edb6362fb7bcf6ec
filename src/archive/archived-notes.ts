import type { Codec, Place } from "../core/codec.ts";
import { placeOfNote, type EncodedNote, type Noted } from "../log/notes.ts";
import { contentsOf } from "../pieces/binding.ts";
import { requireNeeded } from "../pieces/decode.ts";
import type { EncodedBlock } from "../pieces/encode.ts";
import { inspectPieces, inspectRoot } from "../pieces/inspect.ts";
import { toRuns } from "../pieces/runs.ts";
import { encodeBlock, encodeContent, storeSide, type BlockName } from "./side.ts";

/** A note of an archive, decoded. */
export interface ArchivedNote {
  readonly key: string;
  readonly root: unknown;
  readonly blocks: readonly (BlockName & { readonly value: unknown })[];
}

/** The checkpoint that a note is kept beside, in a store or in an archive, and the codec there. */
interface NoteSide extends Noted {
  readonly codec: Codec;
  readonly store: string;
}

/** Decodes a note, but for what the codec does not see. @throws `corrupted`; Error that says what is wrong. */
export async function decodeNote(note: EncodedNote, side: NoteSide): Promise<ArchivedNote> {
  const { key, blocks, root } = note;
  const { codec, store } = side;
  requireNeeded(blocks, note);
  const { placeOfBlock } = storeSide(codec, store);
  const values = await Promise.all(blocks.map((block) => codec.decode(block.payload, placeOfBlock(block))));
  return {
    key,
    root: await codec.decode(root, placeOfRoot(note, side)),
    blocks: blocks.map(({ block, binary }, i) => ({ block, ...(binary && { binary }), value: values[i] })),
  };
}

/** Lets no note through that a store could not have written. @throws Error that says what is wrong. */
export function inspectNote({ root, blocks }: ArchivedNote): void {
  inspectRoot(root);
  for (const { binary, value } of blocks) {
    if (binary === undefined) inspectPieces(value);
    else if (!(value instanceof Uint8Array)) throw new Error("has no bytes");
  }
}

/** Encodes a note for another place, or with another codec. @throws `serialization`. */
export async function encodeNote({ key, root, blocks }: ArchivedNote, side: NoteSide): Promise<EncodedNote> {
  const { codec, store, traceId, id } = side;
  const about = { traceId, checkpointId: id };
  const encoded = await Promise.all(blocks.map((block) => encodeBlock(storeSide(codec, store), block, about)));
  const note = {
    key,
    codec: codec.name,
    ...(codec.bindsPlace === true && { isBound: true as const }),
    blocks: encoded,
    needs: toRuns(encoded.map(({ block }) => block)),
    contents: encoded.reduce((total, { sum }) => total + sum, 0),
  };
  return { ...note, root: await encodeContent(root, { codec, place: placeOfRoot(note, side), about }) };
}

function placeOfRoot(
  { key, blocks, contents: sums }: { readonly key: string; blocks: readonly EncodedBlock[]; contents: number },
  { codec, store, ...noted }: NoteSide,
): Place {
  const fingerprints = blocks.flatMap(({ payload }) => codec.fingerprint?.(payload) ?? []);
  const contents = contentsOf({ sums, fingerprints }, { codec, sealed: undefined });
  return { store, position: { ...placeOfNote(noted, key), contents } };
}
