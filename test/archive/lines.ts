import { LineWriter } from "../../src/archive/line-writer.ts";

export const HEADER = { kind: "archive", format: "waystone", version: 1, codec: "superjson" };
export const TRACE = { kind: "trace", traceId: "t", seq: 9, timestamp: 9, nextBlock: 9, nextNumber: 9 };
/** A list of its own, whose one chunk is in block 0. */
export const ROOT = { json: { json: [[null], [["array", [0, 0], -1, null, [3, 1]]]] } };
export const CHECKPOINT = {
  kind: "checkpoint",
  id: "a",
  createdAt: 1,
  seq: 1,
  timestamp: 1,
  stateBytes: 1,
  nextBlock: 2,
  nextNumber: 4,
  needs: [0, 1],
  root: ROOT,
};
export const BLOCK = { kind: "block", block: 0, json: { json: [[3, 0, [["text"]]]] } };
/** One that needs nothing. */
export const BARE = { ...CHECKPOINT, needs: [], root: { json: { json: [["state"]] } } };
export const END = { kind: "end", traces: 1, checkpoints: 1 };

/** An archive of any lines, with the right sums. */
export function archiveOf(...lines: readonly (object | string)[]): ReadableStream<Uint8Array> {
  const writer = new LineWriter();
  const bytes = lines.map((line) => writer.line((typeof line === "string" ? line : JSON.stringify(line)).slice(1, -1)));
  return new Blob(bytes as BlobPart[]).stream();
}

/** The lines of an archive without their sums, to be changed and put together again. */
export function linesOf(bytes: Uint8Array): Record<string, unknown>[] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split("\n");
  return lines.map((line) => {
    const { sum: _, ...fields } = JSON.parse(line) as Record<string, unknown>;
    return fields;
  });
}
