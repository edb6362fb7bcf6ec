/** Estimates the bytes of a value's structured clone. An object that is in several places is counted once. */
export function roughBytes(value: unknown): number {
  const known = new Set<object>();
  const open = [value];
  let bytes = 0;
  while (open.length > 0) {
    const next = open.pop();
    bytes += typeof next === "string" ? next.length + 4 : 8;
    if (typeof next !== "object" || next === null || known.has(next)) continue;
    if (ArrayBuffer.isView(next) || next instanceof ArrayBuffer) {
      bytes += next.byteLength + 8;
      continue;
    }
    known.add(next);
    if (Array.isArray(next)) next.forEach((item) => open.push(item));
    else if (next instanceof Map) for (const [key, item] of next) open.push(key, item);
    else if (next instanceof Set) for (const item of next) open.push(item);
    else {
      for (const [key, item] of Object.entries(next)) {
        bytes += key.length + 4;
        open.push(item);
      }
    }
  }
  return bytes;
}
