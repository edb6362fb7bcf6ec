interface Pair {
  readonly actual: unknown;
  readonly expected: unknown;
  readonly path: string;
}

/**
 * Finds where two values first differ.
 *
 * Stricter than most: an absent field is not an `undefined` one, -0 is not 0, a hole is not `undefined`; keys, maps and
 * sets must be in the same order; what is one object in several places on one side must be so on the other, though
 * dates, expressions and URLs are compared by what they say. Arrays, errors and the like are compared with their extra
 * properties, plain objects with hidden ones too. Left out: other property attributes, an error's `stack`. Depth is no
 * limit.
 *
 * @param actual - The value that is there.
 * @param expected - The value that should be there.
 * @param root - What the sentence calls the values. Default is `state`.
 * @returns A sentence that names the place; `undefined` if the values are equal.
 *
 * @example
 * ```ts
 * import { difference } from "waystone/testing";
 *
 * console.log(await difference({ at: [1, undefined] }, { at: [1] })); // state.at.length is 2, not 1
 * console.log(await difference(new Set([NaN]), new Set([NaN]))); // undefined
 * ```
 */
export async function difference(actual: unknown, expected: unknown, root = "state"): Promise<string | undefined> {
  const walk = new Walk({ actual, expected, path: root });
  const found = walk.run();
  if (found !== undefined) return found;
  for (const { actual: left, expected: right, path } of walk.blobs) {
    const [leftBytes, rightBytes] = await Promise.all([(left as Blob).arrayBuffer(), (right as Blob).arrayBuffer()]);
    if (!sameBytes(new Uint8Array(leftBytes), new Uint8Array(rightBytes))) return `${path} holds other bytes`;
  }
  return undefined;
}

class Walk {
  readonly blobs: Pair[] = [];
  readonly #stack: Pair[];
  readonly #parts: Pair[] = [];
  readonly #partnerOfActual = new Map<object, object>();
  readonly #partnerOfExpected = new Map<object, object>();

  constructor(first: Pair) {
    this.#stack = [first];
  }

  run(): string | undefined {
    for (let pair = this.#stack.pop(); pair; pair = this.#stack.pop()) {
      const found = this.#compare(pair);
      if (found !== undefined) return found;
      // In reading order, so that what is found is the first.
      for (let part = this.#parts.pop(); part; part = this.#parts.pop()) this.#stack.push(part);
    }
    return undefined;
  }

  #compare(pair: Pair): string | undefined {
    const { actual, expected, path } = pair;
    if (!isObject(actual) || !isObject(expected)) {
      return Object.is(actual, expected) ? undefined : `${path} is ${show(actual)}, not ${show(expected)}`;
    }
    const kind = kindOf(expected);
    const met = LEAVES.has(kind) ? "new" : this.#meet(actual, expected, path);
    // A buffer may have been met through a view of it, which says nothing about the rest of its bytes.
    if (met !== "new" && (met !== undefined || !kind.endsWith("Buffer"))) return met;
    if (kindOf(actual) !== kind) return `${path} is ${show(actual)}, not ${show(expected)}`;
    return this.#compareContent(kind, pair) ?? this.#compareProperties(kind, actual, expected, path);
  }

  /** Notes that the two are partners; `undefined` if they already were. */
  #meet(actual: object, expected: object, path: string): "new" | string | undefined {
    const partner = this.#partnerOfActual.get(actual);
    const known = this.#partnerOfExpected.get(expected);
    if (partner === undefined && known === undefined) {
      this.#partnerOfActual.set(actual, expected);
      this.#partnerOfExpected.set(expected, actual);
      return "new";
    }
    if (partner === expected && known === actual) return undefined;
    return known === undefined
      ? `${path} is the same object as another part, and should not be`
      : `${path} is an object of its own, and should be the same as another part`;
  }

  #compareContent(kind: string, { actual, expected, path }: Pair): string | undefined {
    const differs = (left: unknown, right: unknown, what: string) =>
      Object.is(left, right) ? undefined : `${path}${what} is ${show(left)}, not ${show(right)}`;
    const fields = FIELDS[kind];
    if (fields !== undefined) {
      for (const field of fields) {
        const found = differs(read(actual, field), read(expected, field), `.${field}`);
        if (found !== undefined) return found;
      }
    }
    if (BOXES.has(kind)) {
      return differs((actual as object).valueOf(), (expected as object).valueOf(), ".valueOf()");
    }
    if (kind === "Map" || kind === "Set") return this.#compareEntries(actual, expected, path);
    if (kind === "Blob" || kind === "File") this.blobs.push({ actual, expected, path });
    if (kind === "ArrayBuffer" || kind === "SharedArrayBuffer") {
      const [left, right] = [actual as ArrayBuffer, expected as ArrayBuffer];
      return sameBytes(new Uint8Array(left), new Uint8Array(right)) ? undefined : `${path} holds other bytes`;
    }
    if (ArrayBuffer.isView(actual) && ArrayBuffer.isView(expected)) {
      if (!sameBytes(bytesOf(actual), bytesOf(expected))) return `${path} holds other bytes`;
      const met = this.#meet(actual.buffer, expected.buffer, `${path}.buffer`);
      return met === "new" ? undefined : met;
    }
    if (kind === "Error") {
      for (const field of ["cause", "errors"]) {
        if (Object.hasOwn(actual as object, field) !== Object.hasOwn(expected as object, field)) {
          return `${path}.${field} is there on one side only`;
        }
        this.#parts.push({ actual: read(actual, field), expected: read(expected, field), path: `${path}.${field}` });
      }
    }
    return undefined;
  }

  #compareEntries(actual: unknown, expected: unknown, path: string): string | undefined {
    const left = [...(actual as Iterable<unknown>)];
    const right = [...(expected as Iterable<unknown>)];
    if (left.length !== right.length) return `${path}.size is ${left.length}, not ${right.length}`;
    const pairs = actual instanceof Map;
    for (const [index, entry] of left.entries()) {
      const [one, other] = [pairs ? entry : [entry], pairs ? right[index] : [right[index]]] as [unknown[], unknown[]];
      for (const place of one.keys()) {
        const where = `${path}.${pairs ? "entries" : "values"}[${index}]${pairs ? `[${place}]` : ""}`;
        this.#parts.push({ actual: one[place], expected: other[place], path: where });
      }
    }
    return undefined;
  }

  #compareProperties(kind: string, actual: object, expected: object, path: string): string | undefined {
    if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return `${path} is of another class`;
    if (kind === "Array") {
      const [left, right] = [(actual as unknown[]).length, (expected as unknown[]).length];
      if (left !== right) return `${path}.length is ${left}, not ${right}`;
    }
    if (ArrayBuffer.isView(expected)) return undefined;
    const [left, right] = [ownKeys(actual, kind), ownKeys(expected, kind)];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      if (left[index] === right[index]) continue;
      if (left.length === right.length && right.includes(left[index]!) && left.includes(right[index]!)) {
        return `the keys of ${path} are in another order: ${show(left[index])} before ${show(right[index])}`;
      }
      const missing = right.find((key) => !left.includes(key));
      if (missing !== undefined) return `${pathTo(path, missing)} is missing`;
      return `${pathTo(
        path,
        left.find((key) => !right.includes(key))!,
      )} should not be there`;
    }
    for (const key of right) {
      this.#parts.push({ actual: read(actual, key), expected: read(expected, key), path: pathTo(path, key) });
    }
    return undefined;
  }
}

/** Small enough to count as values, wherever they are. */
const LEAVES = new Set(["Date", "RegExp", "URL"]);

const BOXES = new Set(["Date", "Number", "String", "Boolean", "BigInt", "Symbol"]);

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  RegExp: ["source", "flags", "lastIndex"],
  ArrayBuffer: ["byteLength", "maxByteLength"],
  URL: ["href"],
  Error: ["name", "message"],
  DOMException: ["name", "message", "code"],
  Blob: ["size", "type"],
  File: ["size", "type", "name", "lastModified"],
};

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return "Array";
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * The fields of an object, without those that a platform adds: of an error, enumerable or not; of a blob. Hidden ones are
 * told of plain objects alone.
 */
function ownKeys(value: object, kind: string): PropertyKey[] {
  if (kind === "Object") return Reflect.ownKeys(value);
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  // Node keeps what a blob is made of under symbols.
  if (kind === "Blob" || kind === "File") return keys.filter((key) => typeof key !== "symbol");
  return kind === "Error" ? keys.filter((key) => !ERROR_KEYS.has(key)) : keys;
}

const ERROR_KEYS = new Set<PropertyKey>(["name", "message", "stack", "cause", "errors"]);

function read(value: unknown, key: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown>)[key];
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

function pathTo(path: string, key: PropertyKey): string {
  if (typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key)) return `${path}.${key}`;
  return `${path}[${typeof key === "string" && !/^\d+$/.test(key) ? JSON.stringify(key) : String(key)}]`;
}

/** A value in a few words. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (!isObject(value)) return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  // Not what is in it in turn: it may hold itself.
  const isFlat = Array.isArray(value) && value.length <= 12 && !value.some(isObject);
  if (isFlat) return `[${value.map(show).join(", ")}]`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return `an object (${kindOf(value)})`;
}
