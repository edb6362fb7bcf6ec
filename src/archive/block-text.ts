import type { Codec } from "../core/codec.ts";
import type { EncodedValue } from "../log/records.ts";
import { bytesOf, sumOf, type EncodedBlock } from "../pieces/encode.ts";
import { isNumber } from "../pieces/inspect.ts";
import { toRuns } from "../pieces/runs.ts";

/** A multiple of 3, so that encoded slices can be joined without padding; small enough for an argument list. */
const SLICE_BYTES = 0x6000;

type Fields = Readonly<Record<string, unknown>>;

/** A block as the fields of a line. */
export function textOfBlock({ block, binary, payload }: EncodedBlock): string {
  return `${JSON.stringify({ block, binary }).slice(1, -1)},${textOfPayload(payload)}`;
}

/** The block in the fields of a line. @throws Error that says what is wrong. */
export function blockOf(fields: Fields): EncodedBlock {
  const { block, binary } = fields;
  if (!isNumber(block)) throw new Error("has no number of a block");
  if (binary !== undefined && !isBinary(binary)) throw new Error("has bytes that belong nowhere");
  const name = { block, ...(binary !== undefined && { binary }) };
  const payload = payloadOf(fields);
  return { ...name, payload, bytes: bytesOf(payload), sum: sumOf({ ...name, payload }) };
}

/** A small encoded value, as the fields of a line or of an object in one. */
export function textOfEncoded({ root, blocks }: EncodedValue): string {
  return `"root":{${textOfPayload(root)}},"blocks":[${blocks.map((block) => `{${textOfBlock(block)}}`).join()}]`;
}

/** The same, read. @throws Error that says what is wrong. */
export function encodedOf({ root, blocks }: Fields, codec: Codec): EncodedValue {
  if (!isObject(root) || !Array.isArray(blocks) || !blocks.every(isObject)) throw new Error("has a value that is none");
  const read = blocks.map(blockOf);
  return {
    codec: codec.name,
    root: payloadOf(root),
    blocks: read,
    needs: toRuns(read.map(({ block }) => block)),
    contents: read.reduce((sum, block) => sum + block.sum, 0),
  };
}

function isBinary(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isNumber);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What a codec made, as the fields of a line. JSON text is written as JSON, so that `jq` can read it; any other text as a
 * string, bytes as base64.
 *
 * @throws TypeError if it is neither text nor bytes.
 */
export function textOfPayload(payload: unknown): string {
  if (payload instanceof Uint8Array) return `"bytes":"${toBase64(payload)}"`;
  if (typeof payload !== "string") {
    throw new TypeError("codec must be one that makes strings or Uint8Arrays: an archive is text");
  }
  return isPlainJson(payload) ? `"json":${payload}` : `"text":${JSON.stringify(payload)}`;
}

/** Whether JSON text survives being parsed and written again. Some does not: `-0`, `1.0`, `{ }`. */
function isPlainJson(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

/** The same, read. @throws Error that says what is wrong. */
export function payloadOf(fields: Readonly<Record<string, unknown>>): unknown {
  const [kind, ...others] = ["json", "text", "bytes"].filter((name) => Object.hasOwn(fields, name));
  if (kind === undefined || others.length > 0) throw new Error("has no content, or more than one");
  const content = fields[kind];
  if (kind === "json") return JSON.stringify(content);
  if (typeof content !== "string") throw new Error(`has a ${kind} that is no string`);
  return kind === "text" ? content : fromBase64(content);
}

/** Encodes bytes as base64. */
function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES)));
  }
  return text;
}

/** Decodes base64. @throws DOMException if the text is not base64. */
function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
