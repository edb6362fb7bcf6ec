import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { capture, snapshotOf } from "../../src/state/capture.ts";
import { isSameState } from "../../src/state/equality.ts";
import { rebuild } from "../../src/state/rebuild.ts";
import { Container, isNode, Text, type Alias, type Node, type Slot, type Snapshot } from "../../src/state/snapshot.ts";
import { difference } from "../../src/testing/equality.ts";
import { copyOf } from "../conformance/known-bad/copy.ts";
import { anyEdit, applyEdits, asLive, startState } from "../conformance/model/edits.ts";
import { anyValue } from "../conformance/model/values.ts";

/** On a machine that has other work to do, too. */
vi.setConfig({ testTimeout: 60_000 });

/** Every node of a snapshot. */
function nodesOf({ root }: Snapshot): Set<Node> {
  const nodes = new Set<Node>();
  const open: Slot[] = [root];
  for (let slot = open.pop(); open.length > 0 || slot !== undefined; slot = open.pop()) {
    if (!isNode(slot)) continue;
    nodes.add(slot);
    if (slot instanceof Container) open.push(...slot.children.filter(isNode));
  }
  return nodes;
}

/** How many nodes a snapshot has that the one before had not. */
function countNew(now: Snapshot, before: Snapshot): number {
  const known = nodesOf(before);
  return [...nodesOf(now)].filter((node) => !known.has(node)).length;
}

test("what is rebuilt from a snapshot equals what was captured", async () => {
  await fc.assert(
    fc.asyncProperty(anyValue, async (value) => {
      expect(await difference(rebuild(capture(value).root), value)).toBeUndefined();
    }),
  );
});

test("a capture against the snapshot before equals a fresh one, whatever was done to the state", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyEdit, { maxLength: 4 }), { maxLength: 8 }),
      fc.boolean(),
      async (steps, isNew) => {
        const state = asLive(startState());
        let base = capture(state);
        for (const edits of steps) {
          applyEdits(state, edits);
          const now = capture(isNew ? copyOf(state) : state, { base });
          expect(isSameState(now.root, capture(state).root)).toBe(true);
          expect(await difference(rebuild(now.root), state)).toBeUndefined();
          // The node before is what it was, and a node replaces one of its kind.
          const [nodes, before] = [nodesOf(now), nodesOf(base)];
          for (const [node, old] of now.replaced) {
            expect([nodes.has(node), before.has(node), before.has(old)]).toEqual([true, false, true]);
            expect(old.constructor).toBe(node.constructor);
          }
          base = now;
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("what is equal is the same snapshot, by whatever objects it comes", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const state = { value };
      const base = capture(state);
      expect(capture(state, { base }).root).toBe(base.root);
      expect(capture(copyOf(state), { base }).root).toBe(base.root);
      expect(capture(rebuild(base.root), { base }).replaced.size).toBe(0);
    }),
  );
});

test("a snapshot stays what it was, whatever becomes of the state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEdit, { maxLength: 6 }), fc.array(anyEdit, { maxLength: 6 }), async (first, then) => {
      const state = asLive(startState());
      applyEdits(state, first);
      const expected = copyOf(state);
      const snapshot = capture(state);
      applyEdits(state, then);
      capture(state, { base: snapshot });
      expect(await difference(rebuild(snapshot.root), expected)).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

const message = (n: number) => ({ id: `m${n}`, at: new Date(n), parts: [{ text: `what was said ${n}` }] });
const conversation = () => ({ step: 0, messages: Array.from({ length: 20 }, (_, n) => message(n)), files: { a: [1] } });
type Conversation = ReturnType<typeof conversation>;

const EDITS: readonly (readonly [string, news: number, (state: Conversation) => void])[] = [
  ["a number", 1, (state) => void (state.step = 1)],
  ["an element more", 5, (state) => void state.messages.push(message(20))],
  ["an element less", 2, (state) => void state.messages.pop()],
  ["a sliding window", 5, (state) => void (state.messages.shift(), state.messages.push(message(20)))],
  ["an element put in", 5, (state) => void state.messages.splice(7, 0, message(30))],
  ["an element put in near the end", 5, (state) => void state.messages.splice(19, 0, message(30))],
  ["an element taken out", 2, (state) => void state.messages.splice(7, 1)],
  ["an element moved", 2, (state) => void state.messages.unshift(state.messages.pop()!)],
  ["the order turned round", 2, (state) => void state.messages.reverse()],
  ["a text in an element", 5, (state) => void (state.messages[9]!.parts[0]!.text = "something else")],
  ["a date in an element, in place", 3, (state) => void state.messages[9]!.at.setTime(77)],
  ["a key more", 2, (state) => Object.assign(state.files, { b: 1 })],
  ["a key less", 1, (state) => Reflect.deleteProperty(state, "step")],
];

test.each(EDITS)("what is new is what changed: %s", (_, news, edit) => {
  const state = conversation();
  const base = capture(state);
  const fresh = copyOf(state) as Conversation;
  edit(state);
  edit(fresh);
  expect(countNew(capture(fresh, { base }), base)).toBe(news);
  expect(countNew(capture(state, { base }), base)).toBe(news);
});

test("an object that moved to another place is known by its identity, and what it changed on the way is seen", () => {
  const task = { name: "t", log: [{ a: 1 }], done: false };
  const state = { open: [task], done: [] as unknown[] };
  const base = capture(state);
  state.done.push(state.open.pop());
  expect(countNew(capture(state, { base }), base)).toBe(3);
  task.done = true;
  const now = capture(state, { base });
  expect(countNew(now, base)).toBe(4);
  expect(rebuild(now.root)).toEqual(state);
});

test("a node tells which one it replaces", () => {
  const long = "x".repeat(300);
  const state = { text: long, list: [1], bytes: Uint8Array.of(1) };
  const base = capture(state);
  const replaced = capture({ text: `${long}y`, list: [1, 2], bytes: Uint8Array.of(2), more: [] }, { base }).replaced;
  const childrenOf = (node: Slot) => (node as Container).children;
  const node = [...replaced.keys()].find((key) => replaced.get(key) === base.root);
  expect(replaced.size).toBe(4);
  for (const i of [0, 1, 2]) {
    expect(replaced.get(childrenOf(node)[i] as Node)).toBe(childrenOf(base.root)[i]);
  }
});

test("a long text is a node, and a short one a primitive", () => {
  const [short, long] = (capture(["x".repeat(255), "x".repeat(256)]).root as Container).children;
  expect(short).toBe("x".repeat(255));
  expect(long).toBeInstanceOf(Text);
});

test("two objects that are equal are two, before and after", async () => {
  const base = capture([{ a: 1 }, { a: 1 }]);
  const shared = { a: 1 };
  for (const state of [
    [shared, shared],
    [{ a: 1 }, { a: 1 }],
    [shared, { a: 1 }, shared],
  ]) {
    const now = capture(state, { base });
    expect(await difference(rebuild(now.root), state)).toBeUndefined();
    expect(now.hasShared).toBe(new Set(state).size < state.length);
    expect(await difference(rebuild(capture([{ a: 1 }, { a: 1 }], { base: now }).root), [{ a: 1 }, { a: 1 }])).toBe(
      undefined,
    );
  }
});

test("two objects that are both equal to one before are two", () => {
  const base = capture([{ a: 1 }, { b: 2 }]);
  const state = [{ a: 1 }, { a: 1 }];
  const now = capture(state, { base });
  const [one, other] = (now.root as Container).children;
  expect([one === (base.root as Container).children[0], one === other]).toEqual([true, false]);
  expect(isSameState(now.root, capture(state).root)).toBe(true);
});

test("a state may be anything that has no parts, and stays the same", () => {
  for (const make of [() => "x".repeat(300), () => new Date(5), () => Uint8Array.of(1), () => 5n, () => Number.NaN]) {
    const base = capture(make());
    expect(capture(make(), { base }).root).toBe(base.root);
    expect(rebuild(base.root)).toEqual(make());
  }
});

test("an object that is shared keeps its anchor from one snapshot to the next", () => {
  const shared = { a: 1 };
  const state = { one: shared, other: [shared], n: 0 };
  const anchorsOf = ({ root }: Snapshot) => {
    const [one, other] = (root as Container).children as [Container, Container];
    return [one.anchor, (other.children[0] as Alias).anchor];
  };
  const base = capture(state);
  state.n = 1;
  const now = capture(state, { base });
  expect(new Set([...anchorsOf(base), ...anchorsOf(now)]).size).toBe(1);
  expect(countNew(now, base)).toBe(1);
});

test("a capture that fails leaves nothing behind that the next one would trip over", async () => {
  const shared: Record<string, unknown> = { a: 1 };
  const state: Record<string, unknown> = { list: [{ a: 1 }, shared], more: undefined };
  const base = capture({ list: [{ a: 1 }, { a: 1 }], more: undefined });
  state["more"] = () => 1;
  expect(() => capture(state, { base })).toThrow("state.more is a function");
  state["more"] = [shared, (state["list"] as unknown[])[0]];
  const now = capture(state, { base });
  expect(await difference(rebuild(now.root), state)).toBeUndefined();
  expect(now.hasShared).toBe(true);
});

test("what a reader has put together can be built on", () => {
  const state = { list: [{ a: 1 }, { b: 2 }] };
  const read = snapshotOf(capture(state).root, false);
  expect([read.hasShared, read.replaced.size]).toEqual([false, 0]);
  expect(capture(state, { base: read }).root).toBe(read.root);
});
