import type { TraceId } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";

/** How far an export or an import has come. */
export interface TransferProgress {
  readonly checkpoints: number;
  readonly bytes: number;
}

/**
 * What exports and imports traces: the functions of those names of `waystone/archive`, in one object. The inspector is
 * given them, since an archive is read and written below the public interfaces of a store, by the very library that made
 * the store; and an app that offers neither need not carry them.
 */
export interface ArchiveFunctions {
  exportTraces(
    store: Store,
    options: {
      readonly traceIds?: readonly TraceId[];
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: TransferProgress) => void;
    },
  ): ReadableStream<Uint8Array>;
  importTraces(
    store: Store,
    stream: ReadableStream<Uint8Array>,
    options: {
      readonly onConflict?: "error" | "skip" | "extend";
      readonly signal?: AbortSignal;
      readonly onProgress?: (progress: TransferProgress) => void;
    },
  ): Promise<{
    readonly traces: number;
    readonly checkpoints: number;
    readonly present: number;
    readonly skipped: readonly TraceId[];
  }>;
}

/** The name of the file of an archive: the trace's, or that of all, without what a file's name can't have. */
export function archiveName(traceId?: TraceId): string {
  const name = (traceId ?? "all-traces").replaceAll(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "");
  return `${name.slice(0, 80) || "trace"}.waystone.jsonl`;
}

/** Hands a file to the one who asked for it. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
