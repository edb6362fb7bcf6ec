import * as fc from "fast-check";
import { expect, test } from "vitest";
import { behind, decodeKey, encodeKey } from "../../../src/backends/postgres/keys.ts";
import type { Key } from "../../../src/core/backend.ts";

const NUMBERS = [-Infinity, -Number.MAX_VALUE, -1, -Number.MIN_VALUE, -0, 0, Number.MIN_VALUE, 1, 2 ** 53, Infinity];
const UNITS = [
  0, 1, 0x7e, 0x7f, 0x80, 0x7fe, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfffe, 0xffff,
];

const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true }), fc.integer());
const unit = fc.oneof(fc.constantFrom(...UNITS), fc.integer({ min: 0, max: 0xffff }));
const text = fc.array(unit, { maxLength: 4 }).map((units) => String.fromCharCode(...units));
const key: fc.Arbitrary<Key> = fc.array(fc.oneof(number, text), { minLength: 1, maxLength: 4 });
/** Two keys with the same beginning, so that the order is not always decided at once. */
const pair = fc.tuple(fc.oneof(fc.constant([]), key), key, key).map(([before, one, other]): [Key, Key] => [
  [...before, ...one],
  [...before, ...other],
]);

const compare = (a: Uint8Array, b: Uint8Array) => Math.sign(Buffer.compare(a, b));

test("keys sort as bytes as IndexedDB sorts them", () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      expect(compare(encodeKey(a), encodeKey(b))).toBe(indexedDB.cmp([...a], [...b]));
    }),
    { numRuns: 5000 },
  );
});

test("keys come back as they were, -0 as 0", () => {
  fc.assert(
    fc.property(key, (one) => {
      expect(decodeKey(encodeKey(one))).toEqual(one.map((element) => (element === 0 ? 0 : element)));
    }),
    { numRuns: 2000 },
  );
});

test("what begins with a key stands between it and what is behind it, and nothing else does", () => {
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const [prefix, other] = [encodeKey(a), encodeKey(b)];
      const isBetween = compare(prefix, other) <= 0 && compare(other, behind(prefix)) < 0;
      const begins = a.every((element, place) => place < b.length && indexedDB.cmp(element, b[place]!) === 0);
      expect(isBetween).toBe(begins);
    }),
    { numRuns: 2000 },
  );
});
