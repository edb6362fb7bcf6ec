const PRIME_A = 0x9e3779b1;
const PRIME_B = 0x85ebca77;

/**
 * Returns a 32-bit checksum of anything that is stored. It finds damage; it does not stop whoever forges a record.
 *
 * Browsers do return damaged payloads without an error: WebKit after one flipped bit, all three after a lost file.
 */
export function checksum(value: unknown): number {
  return finish(mix(0x27d4eb2f, value, new Map()));
}

/**
 * The objects that were mixed in, numbered. One that is met again counts as its number, so that cycles end. Dates and
 * expressions are not numbered, since WebKit's structured clone makes two of one that is in two places.
 */
type Known = Map<object, number>;

function mix(hash: number, value: unknown, known: Known): number {
  switch (typeof value) {
    case "string":
      return mixText(hash, value);
    case "number":
    case "bigint":
    case "boolean":
      return mixText(step(hash, 2), Object.is(value, -0) ? "-0" : String(value));
    case "object":
      return value === null ? step(hash, 3) : mixObject(hash, value, known);
    default:
      return step(hash, 4);
  }
}

function mixObject(hash: number, value: object, known: Known): number {
  if (value instanceof Uint8Array) return mixBytes(hash, value);
  if (value instanceof Date) return mix(step(hash, 6), value.getTime(), known);
  if (value instanceof RegExp) return mixText(step(hash, 7), String(value));
  if (ArrayBuffer.isView(value)) {
    return mixBytes(step(hash, 10), new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (value instanceof ArrayBuffer) return mixBytes(step(hash, 11), new Uint8Array(value));
  const before = known.get(value);
  if (before !== undefined) return step(step(hash, 13), before);
  known.set(value, known.size);
  if (Array.isArray(value)) return mixAll(step(hash, value.length + 5), value, known);
  if (value instanceof Map) return mixAll(step(hash, value.size + 8), [...value].flat(), known);
  if (value instanceof Set) return mixAll(step(hash, value.size + 9), [...value], known);
  let mixed = step(hash, 12);
  for (const [key, item] of Object.entries(value)) mixed = mix(mixText(mixed, key), item, known);
  return mixed;
}

function mixAll(hash: number, items: readonly unknown[], known: Known): number {
  return items.reduce<number>((mixed, item) => mix(mixed, item, known), hash);
}

const encoder = new TextEncoder();
const bytes = new Uint8Array(64 * 1024);
/** Below this length, a loop is faster than the encoder. */
const MIN_ENCODED_LENGTH = 64;
/** In UTF-8, a code unit takes three bytes at the most. */
const MAX_SLICE_LENGTH = Math.floor(bytes.length / 3);

function mixText(hash: number, text: string): number {
  let mixed = step(hash, text.length);
  if (text.length < MIN_ENCODED_LENGTH) {
    for (let i = 0; i < text.length; i += 1) mixed = step(mixed, text.charCodeAt(i));
    return mixed;
  }
  for (let at = 0; at < text.length; at += MAX_SLICE_LENGTH) {
    const slice = text.length <= MAX_SLICE_LENGTH ? text : text.slice(at, at + MAX_SLICE_LENGTH);
    mixed = mixBytes(mixed, bytes, encoder.encodeInto(slice, bytes).written);
  }
  return mixed;
}

function mixBytes(hash: number, run: Uint8Array, length = run.length): number {
  // Four sums side by side, since in a single one each multiplication would wait for the one before.
  let a = step(hash, length);
  let b = a ^ PRIME_A;
  let c = a ^ PRIME_B;
  let d = ~a;
  const blocks = length >> 4;
  // A Uint32Array can only begin at a multiple of four, and a backend may return a view that begins anywhere.
  const aligned = run.byteOffset % 4 === 0 ? run : run.slice(0, blocks << 4);
  const words = new Uint32Array(aligned.buffer, blocks === 0 ? 0 : aligned.byteOffset, blocks << 2);
  for (let i = 0; i < words.length; i += 4) {
    a = Math.imul(a ^ words[i]!, PRIME_A);
    b = Math.imul(b ^ words[i + 1]!, PRIME_A);
    c = Math.imul(c ^ words[i + 2]!, PRIME_A);
    d = Math.imul(d ^ words[i + 3]!, PRIME_A);
    a ^= a >>> 15;
    b ^= b >>> 15;
    c ^= c >>> 15;
    d ^= d >>> 15;
  }
  let mixed = step(step(step(a, b), c), d);
  for (let i = blocks << 4; i < length; i += 1) mixed = step(mixed, run[i]!);
  return mixed;
}

function step(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, PRIME_B);
  return mixed ^ (mixed >>> 13);
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), PRIME_B);
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_A);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
