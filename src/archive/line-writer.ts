import { CheckpointStoreError } from "../core/errors.ts";
import { crc32 } from "./crc.ts";

/** The length of the longest line. It limits the memory that a damaged or malicious archive can take. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** The length of what ends each line: `,"sum":"0123abcd"}`. */
export const SUM_LENGTH = 18;

const encoder = new TextEncoder();

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
