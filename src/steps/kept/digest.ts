/** Four odd numbers with bits all over: one for each quarter of a digest. */
const FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/** A digest of 128 bits, as four whole numbers of 32. */
export type Digest = readonly [number, number, number, number];

/** Returns the digest of a text. It tells texts apart that nobody made to be mistaken; it keeps no secret. */
export function digestOf(text: string): Digest {
  const parts = FACTORS.map((factor) => factor ^ text.length);
  for (let i = 0; i < text.length; i += 1) {
    for (let lane = 0; lane < 4; lane += 1) {
      const mixed = Math.imul(parts[lane]! ^ text.charCodeAt(i), FACTORS[lane]!);
      parts[lane] = (mixed << 13) | (mixed >>> 19);
    }
    // Lanes that never met would each be as weak as 32 bits.
    parts[i & 3] = (parts[i & 3]! + parts[(i + 1) & 3]!) | 0;
  }
  for (let round = 0; round < 8; round += 1) {
    const lane = round & 3;
    const mixed = Math.imul(parts[lane]! ^ (parts[lane]! >>> 15), FACTORS[lane]!);
    parts[(lane + 1) & 3] = parts[(lane + 1) & 3]! ^ mixed ^ (mixed >>> 13);
  }
  return parts.map((part) => {
    const mixed = Math.imul(part ^ (part >>> 16), FACTORS[1]);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }) as unknown as Digest;
}

/** Returns a digest in the form of a random UUID. */
export function uuidOf(digest: Digest): string {
  const hex = digest.map((part) => part.toString(16).padStart(8, "0")).join("");
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Returns a number of a digest: 0 or more, and less than 1. */
export function fractionOf([high, low]: Digest): number {
  return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 2 ** 53;
}

/**
 * Returns a text that is the same for equal values, whatever the order of their keys, and another one for others.
 *
 * @throws TypeError for what has no content to compare: functions, symbols, cycles.
 */
export function fingerprintOf(value: unknown): string {
  return uuidOf(digestOf(textOf(value, [])));
}

function textOf(value: unknown, above: readonly object[]): string {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`the input of a step can't be a ${typeof value}`);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  if (above.includes(value)) throw new TypeError("the input of a step can't hold itself");
  const parts = (list: Iterable<unknown>): string => [...list].map((part) => textOf(part, [...above, value])).join();
  if (Array.isArray(value)) return `[${parts(value)}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Map) return `map [${parts(value.entries())}]`;
  if (value instanceof Set) return `set [${parts(value)}]`;
  if (value instanceof ArrayBuffer) return `bytes [${new Uint8Array(value).join()}]`;
  if (ArrayBuffer.isView(value)) {
    return `bytes [${new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join()}]`;
  }
  if (value instanceof URL || value instanceof RegExp) return `text ${JSON.stringify(String(value))}`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${parts(entries)}}`;
}
