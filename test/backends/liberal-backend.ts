import { createMemoryBackend } from "../../src/backends/memory.ts";
import type { Backend, ReadTransaction, WriteTransaction } from "../../src/core/backend.ts";
import { connectionTo } from "./connection.ts";

/** Ends a run that is to leave nothing behind. */
const AGAIN = new Error("to be run again");

/**
 * A backend that takes every liberty its contract gives it: whatever can be run again is, bytes come back in the middle
 * of other buffers.
 */
export function createLiberalBackend(): Backend {
  const backend = createMemoryBackend();
  return connectionTo({
    async read(work) {
      await backend.read((transaction) => work(liberal(transaction))).catch(() => undefined);
      return backend.read((transaction) => work(liberal(transaction)));
    },
    async write(work) {
      const rehearsal = backend.write(async (transaction) => {
        await work(liberal(transaction));
        throw AGAIN;
      });
      await rehearsal.catch(() => undefined);
      return backend.write((transaction) => work(liberal(transaction)));
    },
  });
}

function liberal(transaction: WriteTransaction): WriteTransaction;
function liberal(transaction: ReadTransaction): ReadTransaction;
function liberal(transaction: ReadTransaction & Partial<WriteTransaction>): object {
  return {
    get: async (...question: Parameters<ReadTransaction["get"]>) => moved(await transaction.get(...question)),
    getAll: async (...question: Parameters<ReadTransaction["getAll"]>) => moved(await transaction.getAll(...question)),
    keys: (...question: Parameters<ReadTransaction["keys"]>) => transaction.keys(...question),
    put: (...write: Parameters<WriteTransaction["put"]>) => transaction.put!(...write),
    delete: (...write: Parameters<WriteTransaction["delete"]>) => transaction.delete!(...write),
  };
}

/** The value with each of its views in a buffer of its own, behind an element that does not belong to it. */
function moved(value: unknown, known = new Map<object, unknown>()): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (known.has(value)) return known.get(value);
  const keep = <T extends object>(copy: T): T => {
    known.set(value, copy);
    return copy;
  };
  if (ArrayBuffer.isView(value)) return keep(movedView(value));
  if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
    keep(value);
    // In place: what the memory backend hands out is the caller's own.
    for (const [key, item] of Object.entries(value)) (value as Record<string, unknown>)[key] = moved(item, known);
    return value;
  }
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, item] of value) copy.set(moved(key, known), moved(item, known));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const item of value) copy.add(moved(item, known));
    return copy;
  }
  return value;
}

function movedView(view: ArrayBufferView): ArrayBufferView {
  const width = view instanceof DataView ? 1 : (view as Uint8Array).BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(width + view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), width);
  const View = view.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;
  return new View(bytes.buffer, width, view.byteLength / width);
}
