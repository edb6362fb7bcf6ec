import { concatBytes } from "../../core/bytes.ts";
import type { Key } from "../../core/backend.ts";

/** The first byte of each element. All numbers come before all strings. */
const NUMBER = 0x10;
const STRING = 0x20;
/** Comes after whatever an element begins with. */
const BEYOND = 0xff;

/**
 * Returns a key as bytes that compare, byte by byte, as keys do. The bytes of a key that begins another one begin that
 * one's.
 */
export function encodeKey(key: Key): Uint8Array<ArrayBuffer> {
  return concatBytes(key.map((element) => (typeof element === "number" ? encodeNumber(element) : encodeText(element))));
}

/** Returns what comes right after all keys that begin with this one. */
export function behind(prefix: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([prefix, Uint8Array.of(BEYOND)]);
}

/** Returns the key that was encoded, from a byte on at which an element begins. */
export function decodeKey(bytes: Uint8Array, from = 0): Key {
  const key: (string | number)[] = [];
  for (let at = from; at < bytes.length;) {
    if (bytes[at] === NUMBER) {
      key.push(decodeNumber(bytes.subarray(at + 1, at + 9)));
      at += 9;
    } else {
      const end = bytes.indexOf(0, at);
      key.push(decodeText(bytes.subarray(at + 1, end)));
      at = end + 1;
    }
  }
  return key;
}

/**
 * The bits of a double sort as its value does, once the sign is turned round; those of a negative one sort the other way
 * (IEEE 754-2019, 5.10 and 3.4).
 */
function encodeNumber(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(9);
  bytes[0] = NUMBER;
  // -0 is the same key as 0.
  new DataView(bytes.buffer).setFloat64(1, value === 0 ? 0 : value);
  flip(bytes.subarray(1), (bytes[1]! & 0x80) !== 0);
  return bytes;
}

function decodeNumber(encoded: Uint8Array): number {
  const bytes = new Uint8Array(encoded);
  flip(bytes, (bytes[0]! & 0x80) === 0);
  return new DataView(bytes.buffer).getFloat64(0);
}

function flip(bytes: Uint8Array, isNegative: boolean): void {
  if (isNegative) for (let at = 0; at < bytes.length; at += 1) bytes[at]! ^= 0xff;
  else bytes[0]! ^= 0x80;
}

/**
 * Each code unit, plus one, as UTF-8 would write it, then a zero. UTF-8 sorts as the numbers that it writes; the zero is
 * in no other place, and comes before all else, so that a string that begins another one comes first.
 */
function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * text.length + 2);
  bytes[0] = STRING;
  let at = 1;
  for (let place = 0; place < text.length; place += 1) {
    const number = text.charCodeAt(place) + 1;
    if (number < 0x80) bytes[at++] = number;
    else if (number < 0x800) {
      bytes[at++] = 0xc0 | (number >> 6);
      bytes[at++] = 0x80 | (number & 0x3f);
    } else if (number < 0x10000) {
      bytes[at++] = 0xe0 | (number >> 12);
      bytes[at++] = 0x80 | ((number >> 6) & 0x3f);
      bytes[at++] = 0x80 | (number & 0x3f);
    } else {
      bytes.set([0xf0, 0x90, 0x80, 0x80], at);
      at += 4;
    }
  }
  return bytes.slice(0, at + 1);
}

function decodeText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at]!;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let number = length === 1 ? first : first & (0xff >> (length + 1));
    for (let next = 1; next < length; next += 1) number = (number << 6) | (bytes[at + next]! & 0x3f);
    text += String.fromCharCode(number - 1);
    at += length;
  }
  return text;
}
