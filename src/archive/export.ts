import { concatBytes } from "../core/bytes.ts";
import { pickHead, type CheckpointHead, type TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import { isSameMetadata, metadataOf, sealHead, type PreparedHead } from "../log/heads.ts";
import type { EncodedNote } from "../log/notes.ts";
import { isIntactRecord, type TraceRecord } from "../log/records.ts";
import { readTrace } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { damaged } from "../pieces/decode.ts";
import { sumOf } from "../pieces/encode.ts";
import { naming, type Stored } from "../verbs/load.ts";
import { readCheckpoints } from "../verbs/read-trace.ts";
import { decodeNote, encodeNote } from "./archived-notes.ts";
import type { ArchivedStore } from "./archived-store.ts";
import { textOfBlockLine, textOfCheckpoint, textOfEnd, textOfHeader, textOfNote, textOfTrace } from "./entries.ts";
import { LineWriter } from "./line-writer.ts";
import { NeededBlocks } from "./needed-blocks.ts";
import {
  ARCHIVE,
  archiveSealing,
  broughtBlocks,
  archiveSide,
  encodeBlock,
  encodeContent,
  storeSide,
  type Side,
} from "./side.ts";

/** How far an export or an import has come: what `onProgress` is called with. */
export interface ArchiveProgress {
  /** The trace that is being exported or imported. */
  readonly traceId: TraceId;
  /** How many checkpoints are done, of all traces so far. */
  readonly checkpoints: number;
  /** How many bytes of the archive were written or read so far. */
  readonly bytes: number;
}

/** Options of `exportTraces`. */
export interface ExportOptions {
  /** The traces to export. Default is all traces of the store. */
  readonly traceIds?: readonly TraceId[];
  /** Encodes states for the archive. It must return strings or `Uint8Array`s. Default is `createSuperjsonCodec()`. */
  readonly codec?: Codec;
  /** Ends the export when it is aborted: reading the stream rejects with the signal's reason. Default is none. */
  readonly signal?: AbortSignal;
  /** Called now and then with how far the export has come. Default is none. */
  readonly onProgress?: (progress: ArchiveProgress) => void;
}

const EXPORT: OptionNames<ExportOptions> = { traceIds: true, codec: true, signal: true, onProgress: true };
/** The least number of bytes that the stream returns at a time. */
const CHUNK_BYTES = 64 * 1024;
const PROGRESS_CHECKPOINTS = 32;

/** The archive of traces as a stream, made as it is read. */
export function exportStream(
  store: ArchivedStore,
  options: ExportOptions & { readonly codec: Codec },
): ReadableStream<Uint8Array> {
  requireOptions(options, EXPORT, "exportTraces");
  const { traceIds, signal } = options;
  if (traceIds !== undefined) {
    if (!Array.isArray(traceIds)) throw new TypeError("traceIds must be an array");
    for (const traceId of traceIds as readonly unknown[]) {
      if (typeof traceId !== "string" || traceId === "")
        throw new TypeError("traceIds must be strings that are not empty");
    }
  }
  store.requireOpen();
  const lines = archiveLines(store, options);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk: Uint8Array[] = [];
        let length = 0;
        while (length < CHUNK_BYTES) {
          signal?.throwIfAborted();
          const { done, value } = await lines.next();
          if (done === true) break;
          chunk.push(value);
          length += value.length;
        }
        signal?.throwIfAborted();
        if (length > 0) controller.enqueue(concatBytes(chunk));
        else controller.close();
      },
      async cancel() {
        await lines.return(undefined);
      },
    },
    // Read nothing from the store before the stream is read.
    { highWaterMark: 0 },
  );
}

async function* archiveLines(
  store: ArchivedStore,
  { traceIds, codec, onProgress }: ExportOptions & { readonly codec: Codec },
): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = new LineWriter();
  let traces = 0;
  let checkpoints = 0;
  yield lines.line(textOfHeader(codec));
  for await (const traceId of traceIds === undefined ? allTraces(store) : new Set(traceIds)) {
    const trace = await store.read((transaction) => readTrace(transaction, traceId));
    if (trace === undefined) {
      // It was removed after it was listed.
      if (traceIds === undefined) continue;
      throw new CheckpointStoreError("not-found", `there is no trace ${traceId} to export`, { traceId });
    }
    traces += 1;
    yield lines.line(textOfTrace(trace));
    for await (const texts of checkpointTexts(store, { trace, codec })) {
      for (const text of texts) yield lines.line(text);
      checkpoints += 1;
      if (checkpoints % PROGRESS_CHECKPOINTS === 0) onProgress?.({ traceId, checkpoints, bytes: lines.bytes });
    }
    onProgress?.({ traceId, checkpoints, bytes: lines.bytes });
  }
  yield lines.line(textOfEnd({ traces, checkpoints }));
}

async function* allTraces(store: ArchivedStore): AsyncGenerator<TraceId> {
  let after: TraceId | undefined;
  for (;;) {
    const range = after === undefined ? undefined : { lower: [after], lowerOpen: true };
    const [key] = await store.read((transaction) =>
      transaction.keys("traces", { limit: 1, ...(range !== undefined && { range }) }),
    );
    if (key === undefined) return;
    after = key[0] as TraceId;
    yield after;
  }
}

/** The lines of each checkpoint of a trace: of the blocks that it brings, and its own. */
async function* checkpointTexts(
  store: ArchivedStore,
  { trace, codec }: { readonly trace: TraceRecord; readonly codec: Codec },
): AsyncGenerator<string[]> {
  const { traceId } = trace;
  const { codecs } = store;
  const to = archiveSide(codec, traceId);
  const needed = new NeededBlocks();
  const archived = new NeededBlocks();
  for await (const stored of readCheckpoints((work) => store.read(work), trace, { notes: true })) {
    const { record } = stored;
    const about = { traceId, checkpointId: record.id };
    const from = storeSide(codecs.of(record), codecs.store);
    const values = await naming(record, () => decodeBlocks(stored, from));
    const blocks = await Promise.all(values.map((value, i) => encodeBlock(to, { ...stored.blocks[i]!, value }, about)));
    const root = await naming(record, async () => {
      needed.advance(record, broughtBlocks(stored.blocks, from));
      archived.advance(record, broughtBlocks(blocks, to));
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
    yield [...blocks.map(textOfBlockLine), ...notes.map(textOfNote), textOfCheckpoint(entry)];
  }
}

/** The notes of a checkpoint as they stand in an archive. */
function archivedNotes(
  { record: { traceId, id }, notes = [] }: Stored,
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
async function decodeBlocks({ blocks }: Stored, { codec, placeOfBlock }: Side): Promise<unknown[]> {
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
