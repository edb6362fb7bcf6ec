import fc from "fast-check";

/** A record with these fields, whatever they are called. */
function record(entries: readonly (readonly [string, unknown])[], prototype: object | null = Object.prototype): object {
  const made = Object.create(prototype) as object;
  for (const [key, value] of entries) {
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "id", "text", "0", "1", "10") },
  { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "prototype", "toJSON", "length", "", "a.b") },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
);

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom("\ud800", "\udc00a", "\u0000", "undefined", "__proto__") },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.nat(9_000)).map(([one, n]) => one.repeat(n)),
  },
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.float64Array({ maxLength: 5 }),
  fc.bigUint64Array({ maxLength: 3 }),
  fc.uint8Array({ maxLength: 16 }).map((view) => view.buffer),
  fc.uint8Array({ maxLength: 16 }).map((view) => new DataView(view.buffer)),
  fc.nat(255).map((byte) => new Uint8Array(30_000).fill(byte)),
);

const leaf = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(undefined, null, true, false, 0, -0, Number.NaN, Infinity) },
  { weight: 3, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.bigInt({ max: 2n ** 80n, min: -(2n ** 80n) })) },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
  { weight: 1, arbitrary: fc.constantFrom("a", "b?x=1").map((path) => new URL(`https://a.example/${path}`)) },
  { weight: 1, arbitrary: fc.constantFrom("g", "i").map((flags) => new RegExp("x[/]y", flags)) },
  { weight: 2, arbitrary: bytes },
);

/** Of one value throughout: lists like these within each other would be small to store and endless to print. */
const longList = fc
  .tuple(leaf, fc.integer({ min: 30, max: 120 }))
  .map(([value, count]) => Array.from({ length: count }, (_, n) => ({ n, value, text: `item ${n}` })));

type Parts = { value: unknown; list: unknown[]; entries: [string, unknown][]; pairs: [unknown, unknown][] };

/** Values of all kinds that a store keeps, small and large, now and then with one object in two places. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<Parts>((tie) => ({
  list: fc.array(tie("value"), { maxLength: 4 }),
  entries: fc.uniqueArray(fc.tuple(key, tie("value")), { maxLength: 4, selector: ([name]) => name }),
  pairs: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: tie("list") },
    { weight: 3, arbitrary: tie("entries").map((entries) => record(entries)) },
    { weight: 1, arbitrary: tie("entries").map((entries) => record(entries, null)) },
    { weight: 1, arbitrary: fc.sparseArray(tie("value"), { maxLength: 12, maxNumElements: 3 }) },
    { weight: 1, arbitrary: tie("pairs").map((pairs) => new Map(pairs)) },
    { weight: 1, arbitrary: tie("list").map((all) => new Set(all)) },
    { weight: 1, arbitrary: fc.tuple(text, tie("value")).map(([said, cause]) => new TypeError(said, { cause })) },
    { weight: 1, arbitrary: tie("value").map((value) => [value, { again: value }]) },
    { weight: 1, arbitrary: longList },
  ),
})).value;

/** Of what a store may refuse in metadata there is nothing here. */
export const anyMetadata: fc.Arbitrary<Record<string, unknown>> = fc
  .array(fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.date(), fc.bigInt(), fc.constant(undefined)), { maxLength: 3 })
  .map((list) => ({ list, first: list[0] }));
