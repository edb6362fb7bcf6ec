/** Whether two values of what the SDK's items are made of, JSON and bytes, are equal. A property that is `undefined` is none. */
export function isSameItem(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) if (!isSameItem(a[name as never], b[name as never])) return false;
  return true;
}
