import type { TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import { ArchivedTrace, type ArchivedCheckpoint } from "./archived-trace.ts";
import type { ArchivedStore } from "./archived-store.ts";
import { checkEnd, checkHeader, traceOf, type Fields, type TraceEntry } from "./entries.ts";
import type { ArchiveProgress } from "./export.ts";
import { TraceImport } from "./import-trace.ts";
import { damagedLine, readLines, type Line } from "./line-reader.ts";

/** Options of `importTraces`. */
export interface ImportOptions {
  /**
   * What to do about a trace that the store has already. Default is `"error"`: the import rejects with `conflict`.
   * `"skip"` leaves that trace as it is and goes on with the next. `"extend"` adds the archive's further checkpoints to a
   * trace that consists of its first ones, and rejects with `conflict` for any other.
   *
   * A trace that has all checkpoints of the archive and no others is no conflict, and neither is one that an import of the
   * same archive has not completed: the import goes on there.
   */
  readonly onConflict?: "error" | "skip" | "extend";
  /**
   * Returns what a trace of the archive is to be called in the store. Ids of checkpoints stay as they are. Default is to
   * keep the id.
   */
  readonly renameTrace?: (traceId: TraceId) => TraceId;
  /**
   * Whether to remove `pinned` from the metadata of checkpoints, so that retention applies to all of them. Default is
   * false.
   */
  readonly dropPins?: boolean;
  /** The codec that the archive was written by. Default is `createSuperjsonCodec()`. */
  readonly codec?: Codec;
  /** Ends the import when it is aborted: it rejects with the signal's reason. Default is none. */
  readonly signal?: AbortSignal;
  /** Called now and then with how far the import has come. Default is none. */
  readonly onProgress?: (progress: ArchiveProgress) => void;
}

/** What `importTraces` returns. */
export interface ImportSummary {
  /** How many traces the archive has. */
  readonly traces: number;
  /** How many checkpoints were stored by this import. */
  readonly checkpoints: number;
  /** How many checkpoints of the archive the store had already. */
  readonly present: number;
  /** Traces that were left as they are, since they conflict; by their ids in the store. */
  readonly skipped: readonly TraceId[];
}

const IMPORT: OptionNames<ImportOptions> = {
  onConflict: true,
  renameTrace: true,
  dropPins: true,
  codec: true,
  signal: true,
  onProgress: true,
};
const CONFLICTS: ReadonlySet<unknown> = new Set<ImportOptions["onConflict"]>(["error", "skip", "extend"]);

/** Stores the traces of an archive. */
export async function importStream(
  store: ArchivedStore,
  stream: ReadableStream<Uint8Array>,
  options: ImportOptions & { readonly codec: Codec },
): Promise<ImportSummary> {
  requireOptions(options, IMPORT, "importTraces");
  const { onConflict = "error", signal } = options;
  if (typeof (stream as Partial<ReadableStream> | undefined)?.getReader !== "function") {
    throw new TypeError("stream must be a ReadableStream");
  }
  if (!CONFLICTS.has(onConflict)) {
    throw new TypeError(`onConflict must be "error", "skip" or "extend", got ${String(onConflict)}`);
  }
  store.requireOpen();
  signal?.throwIfAborted();
  const importing = new Importing(store, { ...options, onConflict });
  for await (const line of readLines(stream, signal)) {
    await importing.take(line);
    signal?.throwIfAborted();
  }
  return importing.summary();
}

/** The trace whose lines are being read. */
interface OpenTrace {
  readonly archived: ArchivedTrace;
  readonly into: TraceImport;
  isSkipped: boolean;
}

/** Takes an archive line by line. */
class Importing {
  readonly #store: ArchivedStore;
  readonly #options: ImportOptions & { readonly codec: Codec };
  #line = 0;
  #bytes = 0;
  #isEnded = false;
  /** How many traces and checkpoints the archive had so far. */
  #traces = 0;
  #checkpoints = 0;
  #trace: OpenTrace | undefined;
  #stored = 0;
  #present = 0;
  readonly #skipped: TraceId[] = [];

  constructor(store: ArchivedStore, options: ImportOptions & { readonly codec: Codec }) {
    this.#store = store;
    this.#options = options;
  }

  async take({ number, fields, bytes }: Line): Promise<void> {
    this.#line = number;
    this.#bytes += bytes;
    if (number === 1) return this.#reading(() => checkHeader(fields, this.#options.codec));
    if (this.#isEnded) throw damagedLine(number, "stands behind the archive's end");
    switch (fields["kind"]) {
      case "trace":
        await this.#endTrace();
        return this.#beginTrace(await this.#reading(() => traceOf(fields)));
      case "block": {
        const { archived, isSkipped } = this.#current();
        if (!isSkipped) await this.#reading(() => archived.takeBlock(fields));
        return undefined;
      }
      case "note": {
        const { archived, isSkipped } = this.#current();
        if (!isSkipped) await this.#reading(() => archived.takeNote(fields));
        return undefined;
      }
      case "checkpoint":
        return this.#takeCheckpoint(this.#current(), fields);
      case "end":
        await this.#endTrace();
        await this.#reading(() => checkEnd(fields, { traces: this.#traces, checkpoints: this.#checkpoints }));
        this.#isEnded = true;
        return undefined;
      default:
        throw damagedLine(number, "is of no kind that is known");
    }
  }

  /** What was imported. @throws `corrupted` if the last line is missing. */
  summary(): ImportSummary {
    if (!this.#isEnded) {
      const what = this.#line === 0 ? "there is no archive" : "the archive was cut short";
      throw damagedLine(this.#line + 1, `is missing: ${what}`);
    }
    return { traces: this.#traces, checkpoints: this.#stored, present: this.#present, skipped: this.#skipped };
  }

  async #beginTrace(entry: TraceEntry): Promise<void> {
    const { codec, onConflict, renameTrace } = this.#options;
    const { traceId: archivedId, ...end } = entry;
    const traceId = renameTrace === undefined ? archivedId : renameTrace(archivedId);
    if (typeof traceId !== "string" || traceId === "") {
      throw new TypeError(`renameTrace must return a string that is not empty, got ${String(traceId)}`);
    }
    this.#traces += 1;
    const into = new TraceImport(this.#store, { traceId, end, mayExtend: onConflict === "extend" });
    this.#trace = { archived: new ArchivedTrace(entry, codec), into, isSkipped: false };
    await into.begin();
  }

  async #takeCheckpoint({ archived, into, isSkipped }: OpenTrace, fields: Fields): Promise<void> {
    this.#checkpoints += 1;
    if (isSkipped) return;
    const checkpoint = await this.#reading(() => archived.takeCheckpoint(fields));
    await this.#unlessConflict(async () => {
      const hasStored = await into.take(this.#options.dropPins === true ? unpinned(checkpoint) : checkpoint);
      if (hasStored) this.#progress(into.traceId, into.stored + into.present);
    });
  }

  async #endTrace(): Promise<void> {
    const trace = this.#trace;
    if (trace === undefined) return;
    const { archived, into } = trace;
    if (!trace.isSkipped) await this.#reading(() => archived.finish());
    if (!trace.isSkipped) await this.#unlessConflict(() => into.finish());
    if (!trace.isSkipped) {
      this.#stored += into.stored;
      this.#present += into.present;
    }
    this.#trace = undefined;
    this.#progress(into.traceId, 0);
  }

  #progress(traceId: TraceId, more: number): void {
    const checkpoints = this.#stored + this.#present + more;
    this.#options.onProgress?.({ traceId, checkpoints, bytes: this.#bytes });
  }

  #current(): OpenTrace {
    if (this.#trace === undefined) throw damagedLine(this.#line, "stands in no trace");
    return this.#trace;
  }

  /** Runs `work`. If it finds that the store's trace is another one, undoes the import of it, and skips it if asked to. */
  async #unlessConflict(work: () => Promise<void>): Promise<void> {
    const trace = this.#trace!;
    try {
      await work();
    } catch (error) {
      if (!isCheckpointStoreError(error, "conflict")) throw error;
      await trace.into.undo();
      if (this.#options.onConflict !== "skip") throw error;
      trace.isSkipped = true;
      this.#skipped.push(trace.into.traceId);
    }
  }

  /** Runs `work`, which reads the current line. Whatever it finds wrong is a `corrupted` error that names the line. */
  async #reading<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isCheckpointStoreError(error) && error.code !== "corrupted") throw error;
      throw damagedLine(this.#line, error instanceof Error ? error.message : String(error), error);
    }
  }
}

function unpinned(checkpoint: ArchivedCheckpoint): ArchivedCheckpoint {
  const { metadata, ...head } = checkpoint.head;
  if (metadata === undefined || !Object.hasOwn(metadata, "pinned")) return checkpoint;
  const { pinned: _, ...rest } = metadata;
  return { ...checkpoint, head: { ...head, metadata: rest } };
}
