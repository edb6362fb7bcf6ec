import type { ConformanceCase } from "../conformance.ts";
import { noiseBytes } from "../steps.ts";
import { keptCase } from "./values.ts";

const BINARY: Readonly<Record<string, () => unknown>> = {
  Uint8Array: () => [new Uint8Array(), new Uint8Array([0, 255, 128]), noiseBytes(1, 70_000)],
  "every typed array": () => [
    new Int8Array([-1, 1]),
    new Uint8ClampedArray([0, 255]),
    new Int16Array([-2, 2]),
    new Uint16Array([3]),
    new Int32Array([-4]),
    new Uint32Array([2 ** 32 - 1]),
    new Float32Array([1.5, Number.NaN, -0, Infinity]),
    new Float64Array([0.1, Number.NaN, -0, -Infinity]),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
  ],
  ArrayBuffer: () => [new ArrayBuffer(0), noiseBytes(2, 100).buffer, noiseBytes(3, 70_000).buffer],
  DataView: () => [new DataView(noiseBytes(4, 64).buffer), new DataView(noiseBytes(5, 64).buffer, 8, 16)],
  "views of a part of a buffer": () => {
    const buffer = noiseBytes(6, 64).buffer;
    return [new Uint8Array(buffer, 3, 5)];
  },
  "bytes of 200 kB": () => noiseBytes(8, 200_000),
  "a 200 kB array of floats": () => Float64Array.from({ length: 25_000 }, (_, n) => Math.sqrt(n)),
};

/** Binary values come back with their bytes and their kind. */
export const binaryCases: readonly ConformanceCase[] = Object.entries(BINARY).map(([what, make]) =>
  keptCase("binary", what, make),
);
