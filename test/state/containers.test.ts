import { expect, test } from "vitest";
import { capture } from "../../src/state/capture.ts";
import { isSameState } from "../../src/state/equality.ts";
import { rebuild } from "../../src/state/rebuild.ts";
import type { Container, ContainerKind } from "../../src/state/snapshot.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { difference } from "../../src/testing/equality.ts";

function holed(length: number): unknown[] {
  const list: unknown[] = ["a"];
  list[2] = "c";
  list.length = length;
  return list;
}

function dict(fields: object): object {
  return Object.assign(Object.create(null) as object, fields);
}

function quiet(error: Error): Error {
  return Object.assign(error, { stack: "" });
}

const KINDS: readonly (readonly [ContainerKind, make: () => object, change: readonly (() => object)[]])[] = [
  [
    "object",
    () => ({ a: 1, b: [] }),
    [() => ({ a: 1 }), () => ({ b: [], a: 1 }), () => ({ a: 1, b: [], c: 0 }), () => ({})],
  ],
  ["dict", () => dict({ a: 1, b: 2 }), [() => dict({ a: 1 }), () => dict({ a: 1, c: 2 }), () => ({ a: 1, b: 2 })]],
  ["array", () => [1, [2]], [() => [1], () => [1, [2], 3], () => [1, [3]], () => [-0], () => holed(4)]],
  ["sparse", () => holed(4), [() => holed(5), () => ["a", undefined, "c", undefined], () => ["a", 1, "c", 2]]],
  ["map", () => new Map([["a", [1]]]), [() => new Map([["a", [2]]]), () => new Map([["b", [1]]]), () => new Map()]],
  ["set", () => new Set([1, 2]), [() => new Set([2, 1]), () => new Set([1]), () => new Set([1, 2, 3]), () => [1, 2]]],
  [
    "error",
    () => quiet(new Error("m")),
    [
      () => quiet(new Error("n")),
      () => quiet(new TypeError("m")),
      () => Object.assign(quiet(new Error("m")), { code: 1 }),
    ],
  ],
  [
    "error",
    () => new DOMException("m", "AbortError"),
    [() => new DOMException("n", "AbortError"), () => new DOMException("m", "DataError"), () => quiet(new Error())],
  ],
];

test.each(KINDS)("%s: what is equal is the node before, what is not is another", async (kind, make, changes) => {
  const base = capture([make()]);
  const [before] = (base.root as Container).children as [Container];
  expect(before.kind).toBe(kind);
  expect(capture([make()], { base }).root).toBe(base.root);
  for (const change of changes) {
    const value = [change()];
    const now = capture(value, { base });
    expect(now.root).not.toBe(base.root);
    expect(isSameState(now.root, capture(value).root)).toBe(true);
    expect(await difference(rebuild(now.root), value)).toBeUndefined();
    expect(isSameState(capture([make()], { base: now }).root, base.root)).toBe(true);
  }
});

test("0 that becomes -0 is noticed, in objects and lists", () => {
  for (const make of [
    (zero: number) => ({ zero }),
    (zero: number) => [zero],
    (zero: number) => new Map([["a", zero]]),
  ]) {
    const base = capture(make(0));
    const now = capture(make(-0), { base });
    expect((now.root as Container).children.at(-1)).toBe(-0);
    expect((capture(make(0), { base: now }).root as Container).children.at(-1)).toBe(0);
  }
});

test("an array that gets holes in place is noticed", () => {
  const list: unknown[] = [1, undefined, 3];
  const base = capture(list);
  Reflect.deleteProperty(list, 1);
  expect((capture(list, { base }).root as Container).kind).toBe("sparse");
});

test("what a plain object would lose is refused by its path, where it is new or changed", () => {
  const state = { tools: [{ name: "a" } as Record<string, unknown>] };
  const base = capture(state);
  Object.defineProperty(state.tools[0], "secret", { value: 1 });
  state.tools[0]!["name"] = "b";
  expect(() => capture(state, { base })).toThrow('state.tools[0] has the property "secret", which is not enumerable');
});

class Money {
  readonly cents: unknown;
  owner?: unknown;
  constructor(cents: unknown) {
    this.cents = cents;
  }
}

const pair = {
  isApplicable: (value: unknown) => value instanceof Map,
  serialize: (map: Map<unknown, unknown>) => ({ size: map.size, sorted: [...map].sort() }),
  deserialize: ({ sorted }: { sorted: [unknown, unknown][] }) => new Map(sorted),
};
const tagged = {
  isApplicable: (value: unknown) => (value as { tag?: unknown }).tag === true,
  serialize: (value: object) => ({ ...value }),
  deserialize: (value: object) => value,
};

const { custom } = createSuperjsonCodec({ classes: { Money }, custom: { pair, tagged } });
const holding = { custom };
const again = (value: unknown) => rebuild(capture(value, { holding }).root, { custom });

test("an instance is kept with all that it holds, whatever that is", async () => {
  const shared = { n: Number.NaN };
  const price = new Money([5n, -0, undefined, new Date(3), Float32Array.of(1.5), new Money(shared), new Set([shared])]);
  const state = {
    price,
    shared,
    map: new Map<unknown, unknown>([
      ["b", 1],
      ["a", price],
    ]),
    tagged: { tag: true, inner: { tag: true } },
  };
  const copy = again(state) as typeof state;
  expect(copy.price).toBeInstanceOf(Money);
  expect(await difference(copy.price, price)).toBeUndefined();
  expect([...copy.map]).toEqual([
    ["a", price],
    ["b", 1],
  ]);
  expect(copy.map.get("a")).toBe(copy.price);
  expect(copy.tagged).toEqual(state.tagged);
});

test("of an instance, too, what is equal is the same, and what changed in place is noticed", () => {
  const state = { prices: [new Money({ n: [1] }), new Money({ n: [2] })], step: 0 };
  const base = capture(state, { holding });
  const fresh = { prices: [new Money({ n: [1] }), new Money({ n: [2] })], step: 0 };
  expect(capture(fresh, { holding, base }).root).toBe(base.root);
  (state.prices[1]!.cents as { n: number[] }).n.push(3);
  const now = capture(state, { holding, base });
  const pricesOf = (root: unknown) => ((root as Container).children[0] as Container).children;
  expect(pricesOf(now.root)[0]).toBe(pricesOf(base.root)[0]);
  expect(isSameState(now.root, capture(state, { holding }).root)).toBe(true);
  expect(isSameState(now.root, base.root)).toBe(false);
});

test("an instance and a plain object with the same in it are not the same", () => {
  const base = capture([new Money(1)], { holding });
  expect(isSameState(base.root, capture([{ cents: 1 }], { holding, base }).root)).toBe(false);
});

test.each<[string, (price: Money) => void]>([
  ["state.price.owner", (price) => void (price.owner = () => 1)],
  ["state.price.owner.promise", (price) => void (price.owner = { promise: Promise.resolve() })],
  ["state.price.owner.cents", (price) => void (price.owner = new Money(Symbol("s")))],
  ["state.price", (price) => Object.defineProperty(price, "hidden", { value: 1 })],
])("what an instance can't keep is refused by the path that leads into it: %s", (path, change) => {
  const price = new Money(1);
  change(price);
  expect(() => capture({ price }, { holding })).toThrow(
    expect.objectContaining({ code: "serialization", path }) as Error,
  );
});

test("an instance that holds itself is refused by its path, in whatever way it does", () => {
  const refused = (path: string) => expect.objectContaining({ code: "serialization", path }) as Error;
  const itself = new Money(1);
  itself.owner = { deep: [itself] };
  expect(() => capture([itself], { holding })).toThrow(refused("state[0]"));
  const root: Record<string, unknown> = {};
  root["held"] = { price: new Money(root) };
  expect(() => capture(root, { holding })).toThrow(refused("state.held.price"));
  // Through an object that was finished before the instance was met.
  const state: Record<string, unknown> = {};
  const back = { state };
  Object.assign(state, { back, price: new Money(back) });
  expect(() => capture(state, { holding })).toThrow(refused("state.price"));
});

test("an instance beside a cycle, or one that leads to a cycle, is kept", async () => {
  const ring: Record<string, unknown> = {};
  ring["self"] = ring;
  const state: Record<string, unknown> = { price: new Money(ring), ring };
  expect(await difference(again(state), state)).toBeUndefined();
  const above: Record<string, unknown> = { price: new Money({ other: ring }) };
  above["self"] = above;
  expect(await difference(again(above), above)).toBeUndefined();
});
