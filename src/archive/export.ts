import { concatBytes } from "../core/bytes.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import { readTrace } from "../log/trace-record.ts";
import type { ArchivedStore } from "./archived-store.ts";
import { textOfEnd, textOfHeader, textOfTrace } from "./entries.ts";
import { LineWriter } from "./line-writer.ts";
import { portableCheckpoints } from "./portable.ts";

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
    for await (const { texts } of portableCheckpoints(store, { trace, codec })) {
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
