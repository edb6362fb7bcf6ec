import type { TraceId } from "../core/checkpoint.ts";
import type { Codec } from "../core/codec.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import type { Engine } from "../engine/engine.ts";
import { checkEnd, checkHeader, checkpointOf, numberedPieceOf, traceOf } from "./entries.ts";
import type { ArchiveProgress } from "./export.ts";
import { damagedLine, readLines, type Line } from "./line-reader.ts";
import { TraceImport } from "./trace-import.ts";
import { BatchConflict } from "./write-batch.ts";

/** Options of `importTraces`. */
export interface ImportOptions {
  /**
   * What to do about a trace that the store has with other checkpoints than the archive's first ones. Default is
   * `"error"`: the import rejects with `conflict`. `"skip"` leaves that trace as it is and goes on with the next.
   */
  readonly onConflict?: "skip" | "error";
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
  /** Traces that were left as they are, since they conflict. */
  readonly skipped: readonly TraceId[];
}

/** Stores the traces of an archive. */
export async function importStream(
  engine: Engine,
  stream: ReadableStream<Uint8Array>,
  options: ImportOptions & { readonly codec: Codec },
): Promise<ImportSummary> {
  const { onConflict = "error", signal } = options;
  if (typeof (stream as Partial<ReadableStream> | undefined)?.getReader !== "function") {
    throw new TypeError("stream must be a ReadableStream");
  }
  if (onConflict !== "skip" && onConflict !== "error") {
    throw new TypeError(`onConflict must be "skip" or "error", got ${String(onConflict)}`);
  }
  engine.requireOpen();
  signal?.throwIfAborted();
  const importing = new Importing(engine, { ...options, onConflict });
  for await (const line of readLines(stream, signal)) {
    await importing.take(line);
    signal?.throwIfAborted();
  }
  return importing.summary();
}

class Importing {
  readonly #engine: Engine;
  readonly #options: ImportOptions & { readonly codec: Codec };
  #line = 0;
  #bytes = 0;
  #isEnded = false;
  /** How many traces and checkpoints the archive had so far. */
  #traces = 0;
  #checkpoints = 0;
  #trace:
    { readonly traceId: TraceId; readonly line: number; readonly into: TraceImport; isSkipped: boolean } | undefined;
  #stored = 0;
  #present = 0;
  readonly #skipped: TraceId[] = [];

  constructor(engine: Engine, options: ImportOptions & { readonly codec: Codec }) {
    this.#engine = engine;
    this.#options = options;
  }

  async take({ number, fields, bytes }: Line): Promise<void> {
    this.#line = number;
    this.#bytes += bytes;
    const { codec } = this.#options;
    if (number === 1) return this.#reading(() => checkHeader(fields, codec));
    if (this.#isEnded) throw damagedLine(number, "stands behind the archive's end");
    const trace = this.#trace;
    switch (fields["kind"]) {
      case "trace": {
        await this.#endTrace();
        const entry = this.#reading(() => traceOf(fields));
        this.#traces += 1;
        const into = new TraceImport(this.#engine, entry, codec);
        this.#trace = { traceId: entry.traceId, line: number, into, isSkipped: false };
        return into.begin();
      }
      case "piece":
        if (trace === undefined) throw damagedLine(number, "stands in no trace");
        if (!trace.isSkipped) this.#reading(() => trace.into.takePiece({ ...numberedPieceOf(fields), line: number }));
        return undefined;
      case "checkpoint": {
        if (trace === undefined) throw damagedLine(number, "stands in no trace");
        this.#checkpoints += 1;
        if (trace.isSkipped) return undefined;
        const entry = await this.#reading(() => checkpointOf(fields, { traceId: trace.traceId, codec }));
        this.#reading(() => trace.into.check(entry));
        await this.#unlessConflict(async () => {
          if (await trace.into.takeCheckpoint(entry, number)) this.#progress(trace);
        });
        return undefined;
      }
      case "end":
        await this.#endTrace();
        this.#reading(() => checkEnd(fields, { traces: this.#traces, checkpoints: this.#checkpoints }));
        this.#isEnded = true;
        return undefined;
      default:
        throw damagedLine(number, "is of no kind that is known");
    }
  }

  /** Returns what was imported. @throws `corrupted` if the last line is missing. */
  summary(): ImportSummary {
    if (!this.#isEnded)
      throw damagedLine(
        this.#line + 1,
        this.#line === 0 ? "is missing: there is no archive" : "is missing: the archive was cut short",
      );
    return { traces: this.#traces, checkpoints: this.#stored, present: this.#present, skipped: this.#skipped };
  }

  async #endTrace(): Promise<void> {
    const trace = this.#trace;
    if (trace === undefined) return;
    if (!trace.isSkipped) await this.#unlessConflict(() => trace.into.finish(trace.line));
    if (!trace.isSkipped) {
      this.#stored += trace.into.stored;
      this.#present += trace.into.present;
    }
    this.#trace = undefined;
    this.#options.onProgress?.({
      traceId: trace.traceId,
      checkpoints: this.#stored + this.#present,
      bytes: this.#bytes,
    });
  }

  #progress({ traceId, into }: { traceId: TraceId; into: TraceImport }): void {
    const checkpoints = this.#stored + this.#present + into.stored + into.present;
    this.#options.onProgress?.({ traceId, checkpoints, bytes: this.#bytes });
  }

  /**
   * Runs `work`. If it finds that the store's trace is another one, undoes the import of it, and skips it if asked to.
   */
  async #unlessConflict(work: () => Promise<void>): Promise<void> {
    const trace = this.#trace!;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BatchConflict)) throw error;
      await trace.into.undo();
      if (this.#options.onConflict !== "skip") throw error;
      trace.isSkipped = true;
      this.#skipped.push(trace.traceId);
    }
  }

  /** Runs `work`, which reads the current line. Its errors become `corrupted` errors that name the line. */
  #reading<T>(work: () => T): T {
    const name = (error: unknown): never => {
      if (isCheckpointStoreError(error)) throw error;
      throw damagedLine(this.#line, error instanceof Error ? error.message : String(error), error);
    };
    try {
      const result = work();
      return result instanceof Promise ? (result.catch(name) as T) : result;
    } catch (error) {
      return name(error);
    }
  }
}
