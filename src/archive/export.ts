import { concatBytes } from "../core/bytes.ts";
import { pickHead, type TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { metadataOf } from "../engine/heads.ts";
import type { Piece } from "../engine/piece.ts";
import { requireId } from "../engine/validate.ts";
import { textOfCheckpoint, textOfEnd, textOfHeader, textOfNumberedPiece, textOfTrace } from "./entries.ts";
import { LineWriter } from "./line-writer.ts";
import { TraceReading, type StoredCheckpoint } from "./read-trace.ts";
import { archiveSide, damagedCheckpoint, recode, storeSide, type Position } from "./recode.ts";

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

/** The least number of bytes that the stream returns at a time. */
const CHUNK_BYTES = 64 * 1024;

/** Returns the archive of traces as a stream, made as it is read. */
export function exportStream(
  engine: Engine,
  options: ExportOptions & { readonly codec: Codec },
): ReadableStream<Uint8Array> {
  const { traceIds, signal } = options;
  if (traceIds !== undefined) {
    if (!Array.isArray(traceIds)) throw new TypeError("traceIds must be an array");
    for (const traceId of traceIds as readonly unknown[]) requireId(traceId, "traceId");
  }
  engine.requireOpen();
  const lines = archiveLines(engine, options);
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
  engine: Engine,
  { traceIds, codec, onProgress }: ExportOptions & { readonly codec: Codec },
): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = new LineWriter();
  let traces = 0;
  let checkpoints = 0;
  yield lines.line(textOfHeader(codec));
  for await (const traceId of traceIds === undefined ? allTraces(engine) : new Set(traceIds)) {
    const reading = new TraceReading(engine, traceId);
    const trace = await reading.begin().catch((error: unknown) => {
      // It was removed after it was listed.
      if (traceIds === undefined && isCheckpointStoreError(error, "not-found")) return undefined;
      throw error;
    });
    if (trace === undefined) continue;
    traces += 1;
    yield lines.line(textOfTrace(trace));
    for (let batch = await reading.next(); batch.length > 0; batch = await reading.next()) {
      for (const stored of batch) {
        for await (const text of checkpointLines(engine, { stored, codec })) yield lines.line(text);
        checkpoints += 1;
      }
      onProgress?.({ traceId, checkpoints, bytes: lines.bytes });
    }
  }
  yield lines.line(textOfEnd({ traces, checkpoints }));
}

async function* allTraces(engine: Engine): AsyncGenerator<TraceId> {
  let after: TraceId | undefined;
  for (;;) {
    const range = after === undefined ? undefined : { lower: [after], lowerOpen: true };
    const [key] = await engine.read((transaction) =>
      transaction.keys("traces", { limit: 1, ...(range !== undefined && { range }) }),
    );
    if (key === undefined) return;
    after = key[0] as TraceId;
    yield after;
  }
}

async function* checkpointLines(
  { codecs }: Engine,
  { stored, codec }: { stored: StoredCheckpoint; codec: Codec },
): AsyncGenerator<string> {
  const { record, pieces, dropped } = stored;
  const { traceId, seq, timestamp, stateBytes, nextPiece } = record;
  const about = { traceId, checkpointId: record.id };
  const from = storeSide({ codec: codecs.of(record), store: codecs.store }, record);
  const to = archiveSide(codec, record);
  const recoded = async (piece: Piece, position: Position): Promise<Piece> => {
    try {
      return await recode(piece, { from, to, position, about });
    } catch (error) {
      throw isCheckpointStoreError(error, "serialization") ? error : damagedCheckpoint(record, error);
    }
  };
  for (const [number, piece] of pieces) yield textOfNumberedPiece(number, await recoded(piece, number));
  const metadata = await metadataOf(record, codecs);
  const { metadata: _, ...bare } = pickHead(record);
  const head = { ...bare, traceId, seq, timestamp, ...(metadata !== undefined && { metadata }) };
  yield await textOfCheckpoint(
    { head, stateBytes, nextPiece, dropped, root: await recoded(record.root, "root") },
    codec,
  );
}
