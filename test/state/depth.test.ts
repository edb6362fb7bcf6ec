import { expect, test, vi } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { capture } from "../../src/state/capture.ts";
import { isSameState } from "../../src/state/equality.ts";
import { rebuild } from "../../src/state/rebuild.ts";
import { Alias, Container, MAX_DEPTH } from "../../src/state/snapshot.ts";
import { difference } from "../../src/testing/equality.ts";

/** On a machine that has other work to do, too. */
vi.setConfig({ testTimeout: 60_000 });

type Wrap = (inner: unknown, level: number) => unknown;

/** A state of so many levels. */
function nest(levels: number, wrap: Wrap, bottom: unknown = []): unknown {
  let state = bottom;
  for (let level = 1; level < levels; level += 1) state = wrap(state, level);
  return state;
}

const WRAPS: Readonly<Record<string, Wrap>> = {
  objects: (down) => ({ n: 1, down }),
  arrays: (down) => [0, down],
  "arrays with holes": (down) => Object.assign([], { 3: down }),
  maps: (down) => new Map([["down", down]]),
  "keys of maps": (down) => new Map([[down, 1]]),
  sets: (down) => new Set([down]),
  errors: (cause) => Object.assign(new Error("m", { cause }), { stack: "" }),
  "all kinds by turns": (down, level) => [{ down }, [down], new Map([[level, down]]), new Set([down])][level % 4],
};

/** Calls `work` where little of the stack is left: as much as a thrifty worker has, about. */
function withLittleStack<T>(work: () => T): T {
  let outcome: { value?: T; error?: unknown } | undefined;
  /** Goes down to where the stack ends, and works on the way back: a measured depth would hold for other frames. */
  const descend = (level: number): number => {
    let deepest: number;
    try {
      deepest = descend(level + 1);
    } catch {
      return level;
    }
    if (outcome === undefined && level <= deepest * 0.7) {
      try {
        outcome = { value: work() };
      } catch (error) {
        outcome = { error };
      }
    }
    return deepest;
  };
  descend(0);
  if (outcome !== undefined && "error" in outcome) throw outcome.error;
  return outcome!.value as T;
}

test.each(Object.entries(WRAPS))("%s: as deep as the limit, it is kept, compared and shared", async (_, wrap) => {
  const state = nest(MAX_DEPTH, wrap);
  const { base, copy } = withLittleStack(() => {
    const base = capture(state);
    return { base, copy: rebuild(base.root) };
  });
  expect((base.root as Container).height).toBe(MAX_DEPTH - 1);
  expect(await difference(copy, state)).toBeUndefined();
  withLittleStack(() => {
    expect(capture(state, { base }).root).toBe(base.root);
    expect(capture(copy, { base }).root).toBe(base.root);
    expect(isSameState(base.root, capture(copy).root)).toBe(true);
  });
});

test.each(Object.entries(WRAPS))("%s: a level more is refused, with the limit and the path", (_, wrap) => {
  const state = nest(MAX_DEPTH + 1, wrap);
  withLittleStack(() => {
    expect(() => capture(state)).toThrow("is nested more than 5,000 levels deep");
    expect(() => capture(state)).toThrow(expect.objectContaining({ code: "serialization" }) as Error);
  });
});

test("the path of what is too deep leads to the first level beyond the limit", () => {
  const state = nest(MAX_DEPTH * 12, WRAPS["objects"]!);
  const path = `state.first${".down".repeat(MAX_DEPTH - 1)}`;
  const error = expect.objectContaining({ path }) as Error;
  expect(() => capture({ first: state, second: () => 1 })).toThrow(error);
  expect(() => capture({ first: state }, { base: capture({}) })).toThrow(error);
});

test("what has no parts is no level", () => {
  for (const bottom of [new Date(1), Uint8Array.of(1), "x".repeat(300)]) {
    expect((capture(nest(MAX_DEPTH + 1, WRAPS["arrays"]!, bottom)).root as Container).height).toBe(MAX_DEPTH - 1);
  }
});

test("deep states whose parts refer to each other, up, down and across, are kept", async () => {
  const shared = { here: nest(400, WRAPS["objects"]!) };
  const ring: Record<string, unknown> = {};
  ring["down"] = nest(700, (down, level) => ({ down, back: level % 90 === 0 ? ring : level, shared }), {
    ring,
    shared,
  });
  const links: Record<string, unknown>[] = [];
  nest(900, (next, n) => (links[n - 1] = { next, n }), null);
  const states = [
    { first: shared, ring },
    { ring, last: shared },
    { links },
    { list: links.at(-1), links },
    { list: links.at(-1), links: [...links].reverse() },
    [nest(600, WRAPS["arrays"]!, shared), nest(600, WRAPS["objects"]!, shared), shared, ring],
  ];
  for (const state of states) {
    const base = capture(state);
    const copy = rebuild(base.root);
    expect(await difference(copy, state)).toBeUndefined();
    expect(capture(state, { base }).root).toBe(base.root);
    expect(isSameState(capture(copy, { base }).root, base.root)).toBe(true);
  }
});

test("what stands twice at once in a deep state stands there, and is referred to", () => {
  const { root } = capture(nest(300, (down) => ({ down, again: down })));
  for (let level = root as Container, n = 1; n < 300; n += 1) {
    expect([level.children[0] instanceof Container, level.children[1] instanceof Alias]).toEqual([true, true]);
    level = level.children[0] as Container;
  }
});

test("instances count as two levels, and are kept as deep as others", async () => {
  class Box {
    readonly content: unknown;
    constructor(content: unknown) {
      this.content = content;
    }
  }
  const { custom } = createSuperjsonCodec({ classes: { Box } });
  const holding = { custom };
  const boxes = nest(MAX_DEPTH / 2 - 1, (inner) => new Box(inner), {});
  // Neither an instance nor what it is taken apart into is in the way of a cut.
  for (const state of [boxes, [boxes]]) {
    const base = capture(state, { holding });
    expect(await difference(rebuild(base.root, { custom }), state)).toBeUndefined();
    expect(capture(state, { holding, base }).root).toBe(base.root);
  }
  const deeper = nest(MAX_DEPTH / 2 + 1, (inner) => new Box(inner), {});
  expect(() => capture(deeper, { holding })).toThrow("is nested more than 5,000 levels deep");
});

test("a change deep down makes what is above it anew, and nothing else", () => {
  const bottom = { n: 0 };
  const state = nest(1000, (down, level) => ({ beside: { level }, down }), bottom);
  const base = capture(state);
  bottom.n = 1;
  const now = capture(state, { base });
  let [one, other] = [base.root as Container, now.root as Container];
  for (let level = 999; level > 0; level -= 1) {
    expect([other === one, other.children[0] === one.children[0]]).toEqual([false, true]);
    [one, other] = [one.children[1] as Container, other.children[1] as Container];
  }
});
