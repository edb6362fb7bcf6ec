/** Throws, naming the path, unless both are the same value through and through. */
export function assertEqual(actual: unknown, expected: unknown, path = "state"): void {
  if (Object.is(actual, expected)) return;
  const differs = (what: string): never => {
    throw new Error(`${path}: ${what}: got ${describe(actual)}, expected ${describe(expected)}`);
  };
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return differs("another value");
  }
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return differs("another kind");
  if (expected instanceof Date) {
    if ((actual as Date).getTime() !== expected.getTime()) differs("another time");
  } else if (expected instanceof Uint8Array) {
    const same = actual as Uint8Array;
    if (same.length !== expected.length || same.some((byte, n) => byte !== expected[n])) differs("other bytes");
  } else if (expected instanceof Map) {
    assertEqual([...(actual as Map<unknown, unknown>)], [...expected], `${path}<entries>`);
  } else {
    const keys = Object.keys(expected);
    if (Object.keys(actual).length !== keys.length) differs("other keys");
    for (const key of keys) {
      if (!Object.hasOwn(actual, key)) differs(`no ${key}`);
      assertEqual(Reflect.get(actual, key), Reflect.get(expected, key), `${path}.${key}`);
    }
  }
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `${String(value).slice(0, 80)} (${typeof value})`;
  return `${Object.prototype.toString.call(value)} with keys ${Object.keys(value).slice(0, 8).join(", ")}`;
}
