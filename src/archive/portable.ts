import { pickHead, type CheckpointHead } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { isSameMetadata, metadataOf, sealHead, type PreparedHead } from "../log/heads.ts";
import type { EncodedNote } from "../log/notes.ts";
import { isIntactRecord, type CheckpointRecord, type TraceEnd, type TraceRecord } from "../log/records.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { sumOf, type EncodedBlock } from "../pieces/encode.ts";
import { damaged } from "../pieces/reading/decode.ts";
import { naming, type Stored } from "../verbs/load.ts";
import { readCheckpoints } from "../verbs/read-trace.ts";
import { decodeNote, encodeNote } from "./archived-notes.ts";
import type { ArchivedStore } from "./archived-store.ts";
import { textOfBlockLine, textOfCheckpoint, textOfNote } from "./entries.ts";
import { NeededBlocks } from "./needed-blocks.ts";
import {
  ARCHIVE,
  archiveSealing,
  archiveSide,
  broughtBlocks,
  encodeBlock,
  encodeContent,
  storeSide,
  type Side,
} from "./side.ts";

/** A checkpoint as lines: of the blocks that it brings, of its notes, and its own. */
export interface PortableCheckpoint {
  readonly record: CheckpointRecord;
  readonly texts: readonly string[];
}

/**
 * Returns the checkpoints of a trace after a position, oldest first. The first one brings what it needs of the blocks
 * from `nextBlock` on: whoever has the checkpoint of that position has the others.
 */
export async function* portableCheckpoints(
  store: ArchivedStore,
  {
    trace,
    codec,
    after = { seq: 0, nextBlock: 0 },
  }: { readonly trace: TraceRecord; readonly codec: Codec; readonly after?: Pick<TraceEnd, "seq" | "nextBlock"> },
): AsyncGenerator<PortableCheckpoint> {
  const { traceId } = trace;
  const { codecs } = store;
  const to = archiveSide(codec, traceId);
  const needed = new NeededBlocks();
  const archived = new NeededBlocks();
  for await (const stored of readCheckpoints((work) => store.read(work), trace, { notes: true, after: after.seq })) {
    const { record } = stored;
    const brought = stored.blocks.filter(({ block }) => block >= after.nextBlock);
    const about = { traceId, checkpointId: record.id };
    const from = storeSide(codecs.of(record), codecs.store);
    const values = await naming(record, () => decodeBlocks(brought, from));
    const blocks = await Promise.all(values.map((value, i) => encodeBlock(to, { ...brought[i]!, value }, about)));
    const root = await naming(record, async () => {
      needed.advance(record, broughtBlocks(stored.blocks, from));
      // Only what is bound to all of its blocks needs to know them, and that begins with the trace.
      if (after.nextBlock === 0) archived.advance(record, broughtBlocks(blocks, to));
      if (needed.sums !== record.contents) throw damaged("its blocks are not those that it was saved with");
      return from.codec.decode(record.root, from.placeOfRoot(record, needed));
    });
    const head = await archivedHead(
      { ...record, metadata: await naming(record, () => metadataOf(record, codecs)) },
      codec,
    );
    const place = to.placeOfRoot(head, archived);
    const entry = { ...record, head, root: await encodeContent(root, { codec, place, about }) };
    const notes = await naming(record, () => archivedNotes(stored, { codec, codecs }));
    yield { record, texts: [...blocks.map(textOfBlockLine), ...notes.map(textOfNote), textOfCheckpoint(entry)] };
  }
}

/** The notes of a checkpoint as they stand in an archive. */
export function archivedNotes(
  { record: { traceId, id }, notes = [] }: Pick<Stored, "record" | "notes">,
  { codec, codecs }: { readonly codec: Codec; readonly codecs: Codecs },
): Promise<EncodedNote[]> {
  const noted = { traceId, id };
  return Promise.all(
    notes.map(async (note) => {
      if (!isIntactRecord(note)) throw damaged(`its note ${JSON.stringify(note.key)} is not what was written`);
      const from = { ...noted, codec: codecs.named(note.codec, noted), store: codecs.store };
      return encodeNote(await decodeNote(note, from), { ...noted, codec, store: ARCHIVE });
    }),
  );
}

/** What the blocks hold that a checkpoint brings. @throws Error for one that is damaged. */
async function decodeBlocks(blocks: readonly EncodedBlock[], { codec, placeOfBlock }: Side): Promise<unknown[]> {
  const damagedOne = blocks.find((block) => block.sum !== sumOf(block));
  if (damagedOne !== undefined) throw damaged(`block ${damagedOne.block} is not what was written`);
  return Promise.all(blocks.map((block) => codec.decode(block.payload, placeOfBlock(block))));
}

/** A head as it stands in an archive: its metadata as it is if JSON can hold it, otherwise encoded as a small state. */
async function archivedHead(
  stored: Omit<PreparedHead, "metadata"> & { readonly metadata: CheckpointHead["metadata"] | undefined },
  codec: Codec,
): Promise<PreparedHead> {
  const { traceId, seq, timestamp, metadata, ...rest } = stored;
  const head = { ...pickHead(rest), traceId, seq, timestamp, ...(metadata !== undefined && { metadata }) };
  if (metadata === undefined) return head;
  const isPlain =
    codec.encodesMetadata !== true && isSameMetadata(metadata, JSON.parse(JSON.stringify(metadata)) as typeof metadata);
  return isPlain ? head : sealHead(head, archiveSealing(codec));
}
