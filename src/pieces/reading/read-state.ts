import { rebuild } from "../../state/rebuild.ts";
import { decodeState, type Decoded, type DecodeOptions, type StoredState } from "./decode.ts";
import { readSnapshot } from "./read-snapshot.ts";
import { NEEDS_SNAPSHOT, readValue } from "./read-value.ts";

/**
 * Returns the value of a stored state, made of new objects throughout.
 *
 * @throws `corrupted`, and what the codec throws.
 */
export async function readState(stored: StoredState, options: DecodeOptions): Promise<unknown> {
  try {
    return readValue(await decodeState(stored, options));
  } catch (signal) {
    if (signal !== NEEDS_SNAPSHOT) throw signal;
  }
  // Decoded again, since what was decoded is half put together by now.
  const decoded: Decoded = await decodeState(stored, options);
  return rebuild(readSnapshot(decoded, { nextNumber: 0 }).snapshot.root, options.codec);
}
