/**
 * Gives every typed array and DataView in a record a buffer of its own, with nothing else in it. Structured clone stores
 * the whole buffer of a view: a value of 24 MB, cut into views of 200 kB, would take 3 GB.
 *
 * Returns the record itself if there is nothing to do, otherwise a copy.
 */
export function withTightBytes<R extends object>(record: R): R {
  return hasLooseBytes(record) ? (copyOf(record, new Map()) as R) : record;
}

function hasLooseBytes(record: object): boolean {
  const known = new Set<object>();
  const open: unknown[] = [record];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null || known.has(next)) continue;
    if (ArrayBuffer.isView(next)) {
      if (isLoose(next)) return true;
      continue;
    }
    known.add(next);
    if (next instanceof Map) for (const [key, item] of next) open.push(key, item);
    else if (Array.isArray(next) || next instanceof Set) for (const item of next as Iterable<unknown>) open.push(item);
    else if (isPlain(next)) for (const key in next) open.push((next as Record<string, unknown>)[key]);
  }
  return false;
}

/** Remembers its copies, so that an object in several places stays one, and a cycle ends. */
function copyOf(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  const keep = <C extends object>(copy: C): C => {
    copies.set(value, copy);
    return copy;
  };
  if (ArrayBuffer.isView(value)) return keep(isLoose(value) ? tight(value) : value);
  if (value instanceof Map) {
    const copy = keep(new Map<unknown, unknown>());
    for (const [key, item] of value) copy.set(copyOf(key, copies), copyOf(item, copies));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set<unknown>());
    for (const item of value) copy.add(copyOf(item, copies));
    return copy;
  }
  if (!Array.isArray(value) && !isPlain(value)) return keep(value);
  const copy = keep((Array.isArray(value) ? [] : {}) as Record<string, unknown>);
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, {
      value: copyOf(item, copies),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  if (Array.isArray(value)) copy["length"] = value.length;
  return copy;
}

function isLoose(view: ArrayBufferView): boolean {
  return view.byteLength < view.buffer.byteLength;
}

function tight(view: ArrayBufferView): object {
  const { buffer, byteOffset, byteLength } = view;
  // By its tag: what extends a class of views is stored as that class.
  const tag = Object.prototype.toString.call(view).slice(8, -1);
  const View = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => object>)[tag]!;
  return new View(buffer.slice(byteOffset, byteOffset + byteLength));
}

function isPlain(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}
