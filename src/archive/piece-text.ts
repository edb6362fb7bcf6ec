import type { Codec } from "../core/codec.ts";
import { encodePiece, type Piece } from "../engine/piece.ts";
import type { Ranges } from "../engine/ranges.ts";
import { fromBase64, toBase64 } from "./base64.ts";

/** Leaves values as they are: the content of an archive is encoded already. */
const AS_IT_IS: Codec = { name: "", encode: (value) => value, decode: (value) => value };

/**
 * Returns the fields of a piece in a line. JSON text is written as JSON, so that `jq` can read it; any other text as a
 * string, bytes as base64. A piece that only gathers others has no content.
 *
 * @throws TypeError if the content is neither text nor bytes.
 */
export function textOfPiece([, payload, references]: Piece): string {
  const content = textOfContent(payload);
  if (references === undefined) return content;
  return `${content === "" ? "" : `${content},`}"references":${JSON.stringify(references)}`;
}

function textOfContent(payload: unknown): string {
  if (payload === null) return "";
  if (payload instanceof Uint8Array) return `"bytes":"${toBase64(payload)}"`;
  if (typeof payload !== "string")
    throw new TypeError("codec must be one that makes strings or Uint8Arrays: an archive is text");
  return isPlainJson(payload) ? `"json":${payload}` : `"text":${JSON.stringify(payload)}`;
}

/** Tells whether JSON text survives being parsed and written again. Some does not: `-0`, `1.0`, `{ }`. */
function isPlainJson(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

/**
 * Returns the piece in the fields of a line. Without a number, it is one of a checkpoint.
 *
 * @throws Error that says what is wrong.
 */
export function pieceOf(fields: Readonly<Record<string, unknown>>, number = -1): Piece {
  const kinds = ["json", "text", "bytes"].filter((name) => Object.hasOwn(fields, name));
  const references = Object.hasOwn(fields, "references") ? rangesOf(fields["references"]) : [];
  if (kinds.length > 1) throw new Error("has more than one content");
  if (kinds.length === 0 && references.length !== 1) throw new Error("has no content");
  const place = { store: "", lineage: 0, position: number };
  return encodePiece({ value: payloadOf(fields, kinds[0]), references }, { codec: AS_IT_IS, place }) as Piece;
}

function payloadOf(fields: Readonly<Record<string, unknown>>, kind: string | undefined): unknown {
  if (kind === undefined) return null;
  const content = fields[kind];
  if (kind === "json") return JSON.stringify(content);
  if (typeof content !== "string") throw new Error(`has a ${kind} that is no string`);
  return kind === "text" ? content : fromBase64(content);
}

function rangesOf(value: unknown): readonly Ranges[] {
  if (!Array.isArray(value) || !value.every(isRanges)) throw new Error("has references that are none");
  return value;
}

/** Tells whether a value is runs of whole numbers: `[start, length, start, length, ...]`. */
export function isRanges(value: unknown): value is Ranges {
  if (!Array.isArray(value) || value.length % 2 === 1) return false;
  return value.every(
    (number, i) =>
      Number.isSafeInteger(number) && number >= i % 2 && Number.isSafeInteger(number + (value[i - 1] ?? 0)),
  );
}
