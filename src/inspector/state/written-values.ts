import { describe, HOLE, kindOf } from "../values/kinds.ts";

/** What can be written into a field. */
export const WRITTEN = ["string", "number", "bigint", "boolean", "date", "url", "regexp", "null", "undefined"] as const;

/** What a written value is. */
export type Written = (typeof WRITTEN)[number];

/** Returns what a value is written as; `undefined` for one that can't be: a container, bytes, a blob. */
export function writtenAs(value: unknown): Written | undefined {
  if (value === null) return "null";
  if (value === undefined || value === HOLE) return "undefined";
  const kind = kindOf(value);
  return WRITTEN.find((written) => written === kind);
}

/** Returns the text that a field shows for a value. */
export function writeField(value: unknown): string {
  return typeof value === "string" ? value : describe(value, Infinity);
}

/**
 * Reads what was written into a field.
 *
 * @param text - The text of the field.
 * @param as - What it is to be.
 * @returns The value, or what is wrong with the text.
 */
export function readField(text: string, as: Written): { readonly value: unknown } | { readonly problem: string } {
  const trimmed = text.trim();
  switch (as) {
    case "string":
      return { value: text };
    case "null":
      return { value: null };
    case "undefined":
      return { value: undefined };
    case "boolean":
      return trimmed === "true" || trimmed === "false"
        ? { value: trimmed === "true" }
        : { problem: "Write true or false." };
    case "number":
      return readNumber(trimmed);
    case "bigint":
      return /^-?\d{1,100000}n?$/.test(trimmed)
        ? { value: BigInt(trimmed.replace("n", "")) }
        : { problem: "Write a whole number, such as 12 or 12n." };
    case "date":
      return readDate(trimmed);
    case "url":
      return made(() => new URL(trimmed), "Write a whole address, such as https://example.org/.");
    default:
      return readPattern(trimmed);
  }
}

function readNumber(text: string): { readonly value: unknown } | { readonly problem: string } {
  const value = text === "" ? Number.NaN : Number(text);
  if (!Number.isNaN(value) || text === "NaN") return { value };
  return { problem: "Write a number, such as 12, -0.5, 1e9, Infinity or NaN." };
}

function readDate(text: string): { readonly value: unknown } | { readonly problem: string } {
  const value = new Date(text);
  // Not what a browser makes of any text: of "1", some make the year 2001.
  const isWritten = /^[+-]?\d{4,6}-\d{2}-\d{2}/.test(text) && !Number.isNaN(value.getTime());
  return isWritten ? { value } : { problem: "Write a date and time, such as 2026-01-31T12:00:00.000Z." };
}

function readPattern(text: string): { readonly value: unknown } | { readonly problem: string } {
  const [, source, flags] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  const problem = "Write a pattern with its slashes, such as /a+/i.";
  return source === undefined ? { problem } : made(() => new RegExp(source, flags), problem);
}

function made(make: () => unknown, problem: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: make() };
  } catch {
    return { problem };
  }
}
