import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum } from "../../src/pieces/checksum.ts";
import { copyOf } from "../conformance/known-bad/copy.ts";
import { anyValue } from "../conformance/model/values.ts";

test("the same bytes have the same sum, wherever they lie in a buffer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), fc.integer({ min: 1, max: 9 }), (bytes, offset) => {
      const larger = new Uint8Array(bytes.length + 16).fill(0xaa);
      larger.set(bytes, offset);
      expect(checksum(larger.subarray(offset, offset + bytes.length))).toBe(checksum(bytes));
    }),
  );
});

test("a copy has the same sum", () => {
  fc.assert(fc.property(anyValue, (value) => void expect(checksum(copyOf(value))).toBe(checksum(value))));
});

test("any flipped bit is told", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100, size: "max" }), fc.nat(), fc.nat(7), (bytes, at, bit) => {
      const changed = bytes.slice();
      changed[at % bytes.length]! ^= 1 << bit;
      expect(checksum(changed)).not.toBe(checksum(bytes));
      const text = String.fromCharCode(...bytes);
      expect(checksum(String.fromCharCode(...changed))).not.toBe(checksum(text));
    }),
  );
});

test.each([
  [0, -0],
  [1, 2n],
  ["a".repeat(70), `${"a".repeat(69)}b`],
  ["a".repeat(70_000), `${"a".repeat(69_999)}b`],
  [
    [1, [2]],
    [[1], 2],
  ],
  [
    { a: 1, b: 2 },
    { a: 2, b: 1 },
  ],
  [[undefined], [null]],
  [new Map([[1, 2]]), new Map([[2, 1]])],
  [new Date(1), new Date(2)],
  [new Float32Array([1]), new Float32Array([2])],
  [new Uint8Array([1, 2]).buffer, new Uint8Array([2, 1]).buffer],
])("%o and %o differ", (a, b) => expect(checksum(a)).not.toBe(checksum(b)));

test("a cycle has a sum", () => {
  const ring: unknown[] = [1];
  ring.push(ring);
  const same: unknown[] = [1];
  same.push(same);
  expect(checksum(ring)).toBe(checksum(same));
});
