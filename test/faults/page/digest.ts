/** A digest that is equal for equal values and, but for one in 2^53, different for others. Not the store's own. */
export function digestOf(value: unknown): string {
  const text = textOf(value);
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return `${(4294967296 * (2097151 & b) + (a >>> 0)).toString(36)}-${text.length}`;
}

function textOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  // `instanceof` on purpose: what a read gives back must be of this page's own classes.
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (value instanceof Uint8Array) return `bytes ${Array.from(value, (byte) => String.fromCharCode(byte)).join("")}`;
  if (value instanceof Map)
    return `map {${[...value].map(([key, item]) => `${textOf(key)}: ${textOf(item)}`).join(", ")}}`;
  if (Array.isArray(value)) return `[${value.map(textOf).join(", ")}]`;
  if (!(value instanceof Object)) return `foreign ${Object.prototype.toString.call(value)}`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${textOf(item)}`)
    .join(", ")}}`;
}
