import { CheckpointStoreError } from "../core/errors.ts";

/** The length of the longest line. It limits the memory that a damaged or malicious archive can take. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** The length of what ends each line: `,"sum":"0123abcd"}`. */
export const SUM_LENGTH = 18;

const encoder = new TextEncoder();

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * Adds checksums to lines. Each sum continues that of the line before, so that lost and moved lines are noticed too.
 */
export class LineWriter {
  #sum = 0;
  bytes = 0;

  /**
   * Returns a line as bytes.
   *
   * @param fields - The line's fields as JSON, without the braces.
   * @throws CheckpointStoreError `serialization`: the line is too long.
   */
  line(fields: string): Uint8Array {
    const body = encoder.encode(`{${fields}`);
    if (body.length + SUM_LENGTH > MAX_LINE_BYTES) {
      throw new CheckpointStoreError(
        "serialization",
        `a line of an archive has ${MAX_LINE_BYTES} bytes at the most, this one ${body.length}`,
      );
    }
    this.#sum = crc32(body, this.#sum);
    const line = new Uint8Array(body.length + SUM_LENGTH + 1);
    line.set(body);
    line.set(encoder.encode(`${sumText(this.#sum)}\n`), body.length);
    this.bytes += line.length;
    return line;
  }
}

/** Returns the end of a line that has this sum. */
export function sumText(sum: number): string {
  return `,"sum":"${sum.toString(16).padStart(8, "0")}"}`;
}

/** Returns the CRC-32 of zip and gzip for bytes that follow others, whose sum is `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let sum = ~before;
  for (let i = 0; i < bytes.length; i += 1) sum = TABLE[(sum ^ bytes[i]!) & 0xff]! ^ (sum >>> 8);
  return ~sum >>> 0;
}
