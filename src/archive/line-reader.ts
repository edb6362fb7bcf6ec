import { concatBytes } from "../core/bytes.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { crc32, MAX_LINE_BYTES, SUM_LENGTH, sumText } from "./line-writer.ts";

/** The fields of a line, and its number, counted from 1. */
export interface Line {
  readonly number: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/** Returns the error for a line that is damaged. */
export function damagedLine(number: number, reason: string, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("corrupted", `line ${number} of the archive ${reason}`, {
    path: `line ${number}`,
    cause,
  });
}

/** Reads an archive line by line, and verifies each checksum. @throws `corrupted`, and what the stream rejects with. */
export async function* readLines(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Line> {
  let number = 0;
  let sum = 0;
  for await (const bytes of splitLines(stream, { signal, at: () => number + 1 })) {
    number += 1;
    const body = bytes.subarray(0, Math.max(0, bytes.length - SUM_LENGTH));
    sum = crc32(body, sum);
    if (textOf(bytes.subarray(body.length)) !== sumText(sum)) {
      throw damagedLine(
        number,
        number === 1 ? "is not that of an archive, or damaged" : "is damaged: its checksum is another",
      );
    }
    yield { number, fields: parse(bytes, number), bytes: bytes.length + 1 };
  }
}

function parse(bytes: Uint8Array, number: number): Line["fields"] {
  let fields: unknown;
  try {
    fields = JSON.parse(textOf(bytes));
  } catch (error) {
    throw damagedLine(number, "is no JSON", error);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw damagedLine(number, "is no object");
  return fields as Line["fields"];
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const NEWLINE = 10;

async function* splitLines(
  stream: ReadableStream<Uint8Array>,
  { signal, at }: { signal: AbortSignal | undefined; at: () => number },
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  // Ends a read that waits for a silent source.
  const stop = (): void => void reader.cancel(signal?.reason).catch(() => undefined);
  signal?.addEventListener("abort", stop);
  let isDone = false;
  try {
    let parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      isDone = done;
      if (done) break;
      if (!(value instanceof Uint8Array)) throw new TypeError("the stream of an archive must be one of Uint8Arrays");
      let from = 0;
      for (let end = value.indexOf(NEWLINE); end >= 0; end = value.indexOf(NEWLINE, from)) {
        parts.push(value.subarray(from, end));
        const line = parts.length === 1 ? parts[0]! : concatBytes(parts);
        if (line.length > MAX_LINE_BYTES) throw damagedLine(at(), `is longer than ${MAX_LINE_BYTES} bytes`);
        yield line;
        from = end + 1;
        parts = [];
        length = 0;
      }
      // Copied, since the source may reuse the memory of its chunk.
      if (from < value.length) parts.push(value.slice(from));
      length += value.length - from;
      if (length > MAX_LINE_BYTES) throw damagedLine(at(), `is longer than ${MAX_LINE_BYTES} bytes`);
    }
    if (length > 0) yield concatBytes(parts);
  } finally {
    signal?.removeEventListener("abort", stop);
    if (!isDone) stop();
  }
}
