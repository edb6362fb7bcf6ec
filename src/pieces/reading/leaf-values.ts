import { MAX_BIGINT_DIGITS } from "../../state/classify.ts";
import { damaged } from "./decode.ts";
import type { AnnotationKind } from "../content.ts";

const NUMBERS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity, "-0": -0 };

/**
 * Returns the value that an annotation without parts makes of what is stored, in an array, since it may be `undefined`.
 * Returns `undefined` for a kind that has parts. @throws `corrupted`.
 */
export function leafValue(kind: AnnotationKind, stored: unknown): readonly [value: unknown] | undefined {
  switch (kind) {
    case "undefined":
      return [undefined];
    case "number": {
      const number = NUMBERS[stored as string];
      if (number === undefined) throw damaged("a stored number is none");
      return [number];
    }
    case "bigint":
      if (typeof stored !== "string" || !/^-?\d+$/.test(stored)) throw damaged("a stored bigint is none");
      if (stored.length > MAX_BIGINT_DIGITS + 1) throw damaged("a stored bigint is longer than any");
      return [BigInt(stored)];
    case "date":
      if (stored !== null && typeof stored !== "number") throw damaged("a stored date is none");
      return [new Date(stored ?? NaN)];
    case "url":
      return [new URL(stored as string)];
    case "regexp": {
      if (!Array.isArray(stored)) throw damaged("a stored expression is none");
      const [source, flags, lastIndex = 0] = stored as [string, string, unknown?];
      if (!Number.isSafeInteger(lastIndex) || (lastIndex as number) < 0) throw damaged("a stored expression is none");
      return [Object.assign(new RegExp(source, flags), { lastIndex })];
    }
    default:
      return undefined;
  }
}
