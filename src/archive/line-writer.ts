import { CheckpointStoreError } from "../core/errors.ts";
import { crc32 } from "./crc.ts";

/** No line of an archive is longer. It bounds what reading a damaged one, or one made to harm, takes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** What ends each line: `,"sum":"0123abcd"}`. */
export const SUM_LENGTH = 18;

const encoder = new TextEncoder();

/** Gives lines their checksums. Each goes on from the line before, so that lines lost or moved are noticed too. */
export class LineWriter {
  #sum = 0;
  bytes = 0;

  /** @param fields - The line's fields as JSON, without the braces. @throws `serialization` for a line too long. */
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

/** How a line ends that has this sum. */
export function sumText(sum: number): string {
  return `,"sum":"${sum.toString(16).padStart(8, "0")}"}`;
}
