import type { Slices } from "../slices.ts";
import { childrenOf } from "./children.ts";
import { bytesOf, classOf, describe, HOLE, kindOf } from "./kinds.ts";

/** More bytes than these are not worth being written out. */
const MOST_BYTES = 64 * 1024;

/** What is still to be written: text, a value at a depth, or the end of an object. */
type Task = string | { readonly value: unknown; readonly indent: string } | { readonly end: object };

/**
 * Writes a value as text: JSON where JSON can say it, code (`new Date(...)`, `10n`) where it can't. What text can't say
 * either is a comment.
 *
 * @param value - Any value of a state.
 * @param slices - What the work is cut by.
 * @returns The text, indented by two spaces.
 * @throws The signal's reason, once the signal of `slices` is aborted.
 */
export async function writeValue(value: unknown, slices: Slices): Promise<string> {
  const text: string[] = [];
  const open = new Set<object>();
  const tasks: Task[] = [{ value, indent: "" }];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    if (slices.isDue()) await slices.pause();
    if (typeof task === "string") {
      text.push(task);
    } else if ("end" in task) {
      open.delete(task.end);
    } else if (typeof task.value !== "object" || task.value === null) {
      text.push(writePrimitive(task.value));
    } else if (open.has(task.value)) {
      text.push("null /* contains itself */");
    } else {
      open.add(task.value);
      const parts = [...writeObject(task.value, task.indent), { end: task.value }];
      for (const part of parts.reverse()) tasks.push(part);
    }
  }
  return text.join("");
}

function writePrimitive(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value === HOLE ? "" : describe(value, Infinity);
}

function* writeObject(value: object, indent: string): Generator<Task> {
  switch (kindOf(value)) {
    case "date": {
      const time = (value as Date).getTime();
      return yield Number.isNaN(time) ? "new Date(NaN)" : `new Date(${JSON.stringify(describe(value))})`;
    }
    case "url":
      return yield `new URL(${JSON.stringify(String(value))})`;
    case "regexp":
      return yield String(value);
    case "error":
      return yield `new ${classOf(value)}(${JSON.stringify((value as Error).message)})`;
    case "blob":
      return yield `null /* ${describe(value)} */`;
    case "bytes":
      return yield writeBytes(value as ArrayBuffer);
    case "array":
      return yield* writeList(value, indent, "[", "]");
    case "map":
      return yield* writeMap(value as Map<unknown, unknown>, indent);
    case "set":
      return yield* writeList(value, indent, "new Set([", "])");
    default: {
      const name = classOf(value);
      if (name !== "Object" && name !== "null") yield `/* ${name} */ `;
      return yield* writeProperties(value, indent);
    }
  }
}

function writeBytes(value: ArrayBuffer | ArrayBufferView): string {
  if (value.byteLength > MOST_BYTES) return `null /* ${describe(value)} */`;
  const isList = "length" in value;
  const elements = isList ? Array.from(value as Uint8Array, (element) => describe(element)) : [...bytesOf(value)!];
  const bytes = `[${elements.join(", ")}]`;
  if (isList) return `new ${classOf(value)}(${bytes})`;
  return ArrayBuffer.isView(value)
    ? `new DataView(new Uint8Array(${bytes}).buffer)`
    : `new Uint8Array(${bytes}).buffer`;
}

function* writeList(value: object, indent: string, before: string, after: string): Generator<Task> {
  const { count, at } = childrenOf(value)!;
  if (count === 0) return yield before + after;
  const inner = `${indent}  `;
  yield before;
  for (let i = 0; i < count; i += 1) {
    yield `${i === 0 ? "" : ","}\n${inner}`;
    yield { value: at(i).value, indent: inner };
  }
  yield `\n${indent}${after}`;
}

function* writeProperties(value: object, indent: string): Generator<Task> {
  const { count, at } = childrenOf(value)!;
  if (count === 0) return yield "{}";
  const inner = `${indent}  `;
  for (let i = 0; i < count; i += 1) {
    const child = at(i);
    yield `${i === 0 ? "{" : ","}\n${inner}${JSON.stringify(child.label)}: `;
    yield { value: child.value, indent: inner };
  }
  yield `\n${indent}}`;
}

function* writeMap(value: Map<unknown, unknown>, indent: string): Generator<Task> {
  if (value.size === 0) return yield "new Map()";
  const inner = `${indent}  `;
  let before = "new Map([";
  for (const [key, held] of value) {
    yield `${before}\n${inner}[`;
    yield { value: key, indent: inner };
    yield ", ";
    yield { value: held, indent: inner };
    yield "]";
    before = ",";
  }
  yield `\n${indent}])`;
}
