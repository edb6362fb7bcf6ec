/** Changes one place of a record, as a fault on the disk or in a browser would. Returns where. */
export function mutate(record: object, draw: (bound: number) => number): string {
  const places: { holder: Record<string, unknown>; key: string; path: string }[] = [];
  const visit = (holder: object, path: string): void => {
    for (const key of Object.keys(holder)) {
      const value = (holder as Record<string, unknown>)[key];
      places.push({ holder: holder as Record<string, unknown>, key, path: `${path}.${key}` });
      if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) visit(value, `${path}.${key}`);
    }
  };
  visit(record, "");
  const { holder, key, path } = places[draw(places.length)]!;
  const before = holder[key];
  const after = other(before, draw);
  if (after === GONE) Reflect.deleteProperty(holder, key);
  else holder[key] = after;
  return `${path}: ${show(before)} became ${show(after)}`;
}

const GONE = Symbol("gone");
const STRANGE: readonly unknown[] = [
  GONE,
  null,
  undefined,
  0,
  -1,
  1e300,
  Number.NaN,
  "",
  "x",
  true,
  [],
  {},
  [[]],
  [0, 1e9],
  new Date(0),
  new Uint8Array(3),
];

function other(value: unknown, draw: (bound: number) => number): unknown {
  if (draw(3) === 0) {
    const strange = STRANGE[draw(STRANGE.length)];
    return Object.is(strange, value) ? "y" : strange;
  }
  if (typeof value === "number") return draw(2) === 0 ? value + 1 + draw(3) : -value - 1;
  if (typeof value === "string") {
    const at = draw(value.length + 1);
    return draw(2) === 0
      ? value.slice(0, at)
      : `${value.slice(0, at)}${String.fromCharCode(33 + draw(90))}${value.slice(at + 1)}~`;
  }
  if (value instanceof Uint8Array && value.length > 0) {
    const bytes = value.slice();
    bytes[draw(bytes.length)]! ^= 1 << draw(8);
    return bytes;
  }
  if (Array.isArray(value) && value.length > 0)
    return draw(2) === 0 ? value.slice(1) : [...(value as unknown[]), value[0]];
  return STRANGE[1 + draw(STRANGE.length - 1)];
}

function show(value: unknown): string {
  if (typeof value === "object" && value !== null)
    return `${value.constructor?.name ?? "object"} of ${Object.keys(value).length}`;
  return value === GONE ? "gone" : String(value).slice(0, 60);
}
