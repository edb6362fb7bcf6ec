/**
 * The room `replicate` brings a store and a remote together.
 *
 * - `wire.ts` says what the bytes of an entry are, and what each is bound to; `log-reader.ts` reads a log, and distrusts it;
 *   `entries.ts` makes the texts of entries.
 * - `applying.ts` stores entries, one at a time; `sync-trace.ts` brings one trace and its log to the same point;
 *   `replication.ts` does that for all traces, whenever one side has changed.
 *
 * It knows the lines of an archive and where a trace stands. It does not know what a remote is made of.
 */
import { concatBytes } from "../core/bytes.ts";
import type { TraceId } from "../core/checkpoint.ts";
import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { checksum } from "../pieces/checksum.ts";

/** The version of the format. It grows when older releases can't read what this one writes. */
const VERSION = 1;
const NEWLINE = 0x0a;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where an entry stands: what it is bound to. */
export interface EntryPlace {
  readonly traceId: TraceId;
  readonly id: string;
  /** The link of the entry before; empty for the first. So entries make a chain, which can't be cut or mixed unseen. */
  readonly before: string;
}

/** The link of the first entry's predecessor, which there is none of. */
export const START = "";

/** Makes the bytes of an entry: a line in the open that says how to read it, then what the codec made of its text. */
export async function toWire(text: string, codec: Codec, place: EntryPlace): Promise<Uint8Array> {
  const { traceId, id } = place;
  const encoded = await codec.encode(encoder.encode(text), placeOf(place));
  if (!(encoded instanceof Uint8Array)) {
    const message = `codec ${codec.name} makes no bytes of bytes: it can't be one of a replication`;
    throw new CheckpointStoreError("serialization", message, { traceId, checkpointId: id });
  }
  return concatBytes([encoder.encode(`${JSON.stringify({ waystone: VERSION, codec: codec.name })}\n`), encoded]);
}

/**
 * Returns the text of an entry.
 *
 * @throws `newer-schema`, `codec-mismatch`; `corrupted` if it is not what stands at that place.
 */
export async function fromWire(bytes: Uint8Array, codec: Codec, place: EntryPlace): Promise<string> {
  const end = bytes.indexOf(NEWLINE);
  const header = headerOf(bytes.subarray(0, Math.max(end, 0)));
  if (header === undefined) throw notWhatItSays(place, new Error("it does not say how to read it"));
  const { waystone: version, codec: name } = header;
  const about = { traceId: place.traceId };
  if (version > VERSION) {
    const message = `the log of trace ${place.traceId} has entries of version ${version}, known here is ${VERSION}`;
    throw new CheckpointStoreError("newer-schema", message, {
      ...about,
      expected: String(VERSION),
      actual: String(version),
    });
  }
  if (name !== codec.name) {
    const message = `the log of trace ${place.traceId} was written with codec ${name}, given was ${codec.name}`;
    throw new CheckpointStoreError("codec-mismatch", message, { ...about, expected: codec.name, actual: name });
  }
  try {
    const decoded = await codec.decode(bytes.subarray(end + 1), placeOf(place));
    if (!(decoded instanceof Uint8Array)) throw new Error("it holds no bytes");
    return decoder.decode(decoded);
  } catch (cause) {
    if (isCheckpointStoreError(cause, "codec-mismatch")) throw cause;
    throw notWhatItSays(place, cause);
  }
}

/**
 * Returns what the next entry follows. With a codec that makes fingerprints, nobody without the key can choose it; with any
 * other, it tells damage and mix-ups, not forgery.
 */
export function linkOf(bytes: Uint8Array, codec: Codec): string {
  if (codec.fingerprint === undefined) return checksum(bytes).toString(16);
  const fingerprint = codec.fingerprint(bytes.subarray(bytes.indexOf(NEWLINE) + 1));
  return Array.from(fingerprint, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Makes the error for an entry that is not what it says. */
export function notWhatItSays({ traceId, id }: EntryPlace, cause: unknown): CheckpointStoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `entry ${id} of the log of trace ${traceId} is not what it says: ${reason}`;
  return new CheckpointStoreError("corrupted", message, { traceId, checkpointId: id, cause });
}

function placeOf({ traceId, id, before }: EntryPlace): Place {
  const store = `replica ${JSON.stringify([traceId, id, before])}`;
  return { store, position: { part: "bytes", binary: [0, 0] } };
}

function headerOf(bytes: Uint8Array): { readonly waystone: number; readonly codec: string } | undefined {
  try {
    const { waystone, codec } = JSON.parse(decoder.decode(bytes)) as { waystone?: unknown; codec?: unknown };
    return typeof waystone === "number" && typeof codec === "string" ? { waystone, codec } : undefined;
  } catch {
    return undefined;
  }
}
