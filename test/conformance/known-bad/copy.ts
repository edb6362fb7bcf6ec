import { CheckpointStoreError } from "../../../src/core/errors.ts";

interface Task {
  readonly source: object;
  readonly target: object;
  readonly path: string;
}

const ERRORS = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

/**
 * A copy that shares nothing with `value` and is equal to it, cycles and shared parts included.
 *
 * The plainest way there is: no structure is shared, nothing is encoded.
 *
 * @throws CheckpointStoreError `serialization` for what has no equal copy.
 */
export function copyOf<T>(value: T, root = "state"): T {
  const copy = new Copy();
  const target = copy.shell(value, root);
  copy.fill();
  return target as T;
}

class Copy {
  readonly #shells = new Map<object, object>();
  readonly #tasks: Task[] = [];

  /** Depth is no limit: what an object holds is copied after the object itself. */
  fill(): void {
    for (let task = this.#tasks.pop(); task; task = this.#tasks.pop()) {
      const { source, target, path } = task;
      attempt(path, () => this.#fillOne(source, target, path));
    }
  }

  shell(value: unknown, path: string): unknown {
    if (typeof value === "function" || typeof value === "symbol") throw refusal(path, `is a ${typeof value}`);
    if (typeof value !== "object" || value === null) return value;
    const known = this.#shells.get(value);
    if (known !== undefined) return known;
    const target = attempt(path, () => this.#empty(value, path));
    this.#shells.set(value, target);
    if (target !== value) this.#tasks.push({ source: value, target, path });
    return target;
  }

  #empty(value: object, path: string): object {
    if (Array.isArray(value)) {
      if (Object.getPrototypeOf(value) !== Array.prototype) throw refusal(path, "is an instance of a class");
      return Object.assign([], { length: value.length });
    }
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null) return Object.create(null) as object;
    if (prototype === Object.prototype && value !== globalThis && tagOf(value) === "Object") return {};
    if (prototype === Date.prototype) return new Date((value as Date).getTime());
    if (prototype === RegExp.prototype) {
      const { source, flags, lastIndex } = value as RegExp;
      return Object.assign(new RegExp(source, flags), { lastIndex });
    }
    if (prototype === URL.prototype) return new URL((value as URL).href);
    if (prototype === Map.prototype) return new Map();
    if (prototype === Set.prototype) return new Set();
    if (prototype === Blob.prototype || prototype === File.prototype) return value;
    if (prototype === ArrayBuffer.prototype) {
      if ((value as { resizable?: boolean }).resizable === true) throw refusal(path, "can be resized");
      return (value as ArrayBuffer).slice(0);
    }
    if (ArrayBuffer.isView(value)) return this.#view(value, prototype, path);
    for (const Class of ERRORS) {
      if (prototype !== Class.prototype) continue;
      // Where it is not a field of the error, it would be that of this line.
      const stack = { value: (value as Error).stack, configurable: true, writable: true };
      return Object.defineProperty(new Class(), "stack", stack);
    }
    throw refusal(path, "is an instance of a class");
  }

  #view(value: ArrayBufferView, prototype: object, path: string): ArrayBufferView {
    const Class = prototype.constructor as new (buffer: unknown, offset: number, length: number) => ArrayBufferView;
    if ((globalThis as Record<string, unknown>)[Class.name] !== Class) throw refusal(path, "is an instance of a class");
    const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length;
    return new Class(this.shell(value.buffer, `${path}.buffer`), value.byteOffset, length);
  }

  #fillOne(source: object, target: object, path: string): void {
    if (source instanceof Map) {
      let index = 0;
      for (const [key, value] of source) {
        const where = `${path}.entries[${index++}]`;
        (target as Map<unknown, unknown>).set(this.shell(key, `${where}[0]`), this.shell(value, `${where}[1]`));
      }
    }
    if (source instanceof Set) {
      let index = 0;
      for (const value of source) (target as Set<unknown>).add(this.shell(value, `${path}.values[${index++}]`));
    }
    const isError = source instanceof Error;
    if (ArrayBuffer.isView(source)) return;
    for (const key of Reflect.ownKeys(source)) {
      const hidden = !Object.prototype.propertyIsEnumerable.call(source, key);
      // The fields of an error are hidden, and differ from browser to browser.
      if (hidden && tagOf(source) === "Object") throw refusal(path, "has a hidden field");
      if (hidden && !isError) continue;
      if (typeof key === "symbol") throw refusal(path, "has a field named by a symbol");
      const where = pathTo(path, key);
      const value = this.shell(
        attempt(where, () => (source as Record<string, unknown>)[key]),
        where,
      );
      Object.defineProperty(target, key, { value, enumerable: !hidden, configurable: true, writable: true });
    }
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function pathTo(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function refusal(path: string, why: string): CheckpointStoreError {
  return new CheckpointStoreError("serialization", `${path} ${why}`, { path });
}

/** Whatever goes wrong on the way, a revoked proxy for one, is a refusal. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CheckpointStoreError) throw cause;
    throw new CheckpointStoreError("serialization", `${path} can't be read`, { path, cause });
  }
}

/** About how many bytes a value takes; the same for equal values. */
export function sizeOf(value: unknown): number {
  const seen = new Set<object>();
  const stack: unknown[] = [value];
  let bytes = 0;
  while (stack.length > 0) {
    const next = stack.pop();
    bytes += 8;
    if (typeof next === "string") bytes += next.length * 2;
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    seen.add(next);
    if (next instanceof Blob) bytes += next.size;
    if (next instanceof ArrayBuffer) bytes += next.byteLength;
    if (ArrayBuffer.isView(next)) stack.push(next.buffer);
    else for (const [key, part] of Object.entries(next)) stack.push(key, part);
    if (next instanceof Map) for (const entry of next) stack.push(...entry);
    if (next instanceof Set) stack.push(...next);
  }
  return bytes;
}
