/**
 * Returns a copy of a result, so that neither who gets it nor who keeps it sees what the other does to it.
 *
 * Plain objects, arrays, maps, sets, dates and bytes are copied. What can't be changed, and instances of other classes,
 * are the same in the copy: a store may know how to keep them, and nobody else knows how they are made.
 */
export function privateCopy<T>(value: T, copies = new Map<object, object>()): T {
  if (typeof value !== "object" || value === null) return value;
  const known = copies.get(value);
  if (known !== undefined) return known as T;
  const copy = copyOf(value, copies);
  copies.set(value, copy);
  return copy as T;
}

function copyOf(value: object, copies: Map<object, object>): object {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype || prototype === null || prototype === Array.prototype) {
    const copy = Array.isArray(value) ? new Array<unknown>(value.length) : (Object.create(prototype) as object);
    copies.set(value, copy);
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (Array.isArray(value) && key === "length") continue;
      // What a store refuses has to come to it as it is.
      Object.defineProperty(copy, key, "value" in property ? withCopy(property, copies) : property);
    }
    return copy;
  }
  if (prototype === Map.prototype) {
    const copy = new Map<unknown, unknown>();
    copies.set(value, copy);
    for (const [key, part] of value as Map<unknown, unknown>)
      copy.set(privateCopy(key, copies), privateCopy(part, copies));
    return copy;
  }
  if (prototype === Set.prototype) {
    const copy = new Set<unknown>();
    copies.set(value, copy);
    for (const part of value as Set<unknown>) copy.add(privateCopy(part, copies));
    return copy;
  }
  if (prototype === Date.prototype) return new Date((value as Date).getTime());
  if (prototype === ArrayBuffer.prototype || ArrayBuffer.isView(value)) return copyOfBytes(value);
  return value;
}

function withCopy(property: PropertyDescriptor, copies: Map<object, object>): PropertyDescriptor {
  return {
    ...property,
    value: privateCopy(property.value as unknown, copies) as unknown,
    writable: true,
    configurable: true,
  };
}

function copyOfBytes(value: object): object {
  try {
    return structuredClone(value);
  } catch {
    // Memory that is shared or detached is for the store to refuse.
    return value;
  }
}
