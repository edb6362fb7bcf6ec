import type { TraceId } from "../../core/checkpoint.ts";

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
