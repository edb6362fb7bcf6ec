import { createCheckpoint } from "../../core/checkpoint.ts";
import { assert, assertBadInput, assertHas, assertLoads, assertRefused, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

class Point {
  x = 1;
}

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
  toJSON() {
    return { cents: this.cents };
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({ a: 1 }, {});
  revoke();
  return proxy;
}

function unreadable(): object {
  const refuse = () => {
    throw new Error("not for you");
  };
  const traps = { get: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse, getPrototypeOf: refuse };
  return new Proxy({ a: 1 }, traps);
}

/** What no store can keep without loss. */
const REFUSED: Readonly<Record<string, () => unknown>> = {
  "a function": () => () => 1,
  "a class": () => Point,
  "a method of the language": () => Array.prototype.map,
  "a symbol": () => Symbol("once"),
  "a registered symbol": () => Symbol.for("shared"),
  "an instance of a class": () => new Point(),
  "an instance that can turn itself into JSON": () => new Money(5),
  "a promise": () => Promise.resolve(1),
  "a WeakMap": () => new WeakMap(),
  "a WeakSet": () => new WeakSet(),
  "a WeakRef": () => new WeakRef({}),
  "a generator": () =>
    (function* () {
      yield 1;
    })(),
  "an iterator": () => [1][Symbol.iterator](),
  "an AbortSignal": () => new AbortController().signal,
  "a stream": () => new ReadableStream(),
  "an Intl object": () => new Intl.NumberFormat("en"),
  "a proxy that was revoked": revoked,
  "a proxy that can't be read": unreadable,
  "an object whose getter throws": () => ({
    get broken() {
      throw new Error("no");
    },
  }),
  globalThis: () => globalThis,
  ...(typeof document === "object" && {
    "an element": () => document.createElement("p"),
    "the document": () => document,
  }),
};

/** Of these, the path may lead to the part that can't be kept. */
const INSIDE = new Set(["an object whose getter throws", "globalThis"]);

/** Where it may hide, and the path that leads there. */
const PLACES: readonly (readonly [path: string, place: (value: unknown) => unknown])[] = [
  ["state", (value) => value],
  ["state.tools[3].run", (value) => ({ tools: [{}, {}, {}, { name: "search", run: value }] })],
  ["state[0][1]", (value) => [["fine", value]]],
  ["state.a.b.c", (value) => ({ a: { b: { c: value } } })],
];

/** Where no notation is agreed on, the path leads to the collection at least. */
const HIDDEN: readonly (readonly [path: string, place: (value: unknown) => unknown])[] = [
  ["state.map", (value) => ({ map: new Map([["key", value]]) })],
  ["state.map", (value) => ({ map: new Map([[value, "value"]]) })],
  ["state.set", (value) => ({ set: new Set([1, { deep: value }]) })],
  ["state.failure", (value) => ({ failure: new Error("m", { cause: value }) })],
  ['state["a b"]', (value) => ({ "a b": value })],
];

function refusal(what: string, make: () => unknown): ConformanceCase {
  return {
    name: `refused: ${what}, by its path, and nothing is written`,
    async run({ open }) {
      const store = await open();
      const before = await saveSteps(store, "trace", { count: 2 });
      const attempt = (state: unknown) => {
        const checkpoint = createCheckpoint(state, { id: "refused" });
        return () => store.saveWithTrace("trace", checkpoint);
      };
      for (const [path, place] of PLACES) {
        const call = attempt(place(make()));
        if (what === "a promise" && path === "state") {
          assertBadInput(await rejectionOf(call, what), what);
          continue;
        }
        const found = (await assertRefused(call, "serialization", what)).path ?? "";
        const right = INSIDE.has(what) ? found.startsWith(path) : found === path;
        assert(right, `the path should be ${path}, but is ${found}`);
      }
      for (const [path, place] of HIDDEN) {
        const found = (await assertRefused(attempt(place(make())), "serialization", what)).path ?? "";
        assert(found.startsWith(path), `the path should begin with ${path}, but is ${found}`);
      }
      await assertHas(store, "trace", before);
      assert((await store.load("refused")) === undefined, "what was refused should not load");
      const good = createCheckpoint({ tools: [{}, {}, {}, { name: "search" }] }, { id: "refused" });
      await store.saveWithTrace("trace", good);
      await assertHas(store, "trace", [...before, good]);
    },
  };
}

/** A state that can't be kept without loss is refused, and the error says where it is. */
export const refusedCases: readonly ConformanceCase[] = [
  ...Object.entries(REFUSED).map(([what, make]) => refusal(what, make)),
  {
    name: "refused: the error carries the trace, the checkpoint, and a message with the path in it",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ tools: [1, 2, 3, { run() {} }] });
      const call = () => store.saveWithTrace("trace", checkpoint);
      const error = await assertRefused(call, "serialization", "a function");
      assert(error.message.includes("state.tools[3].run"), `the message should name the path: ${error.message}`);
      assert(error.message.includes("function"), `the message should say what is there: ${error.message}`);
      assert(error.traceId === "trace", "the error should carry the traceId");
      assert(error.checkpointId === checkpoint.id, "the error should carry the checkpointId");
    },
  },
  {
    name: "refused: what metadata can't keep, by its path",
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint({ step: 1 }, { metadata: { tags: ["a", () => 1] } });
      const call = () => store.saveWithTrace("trace", checkpoint);
      const error = await assertRefused(call, "serialization", "a function in the metadata");
      assert(error.path === "metadata.tags[1]", `the path should be metadata.tags[1], but is ${error.path}`);
      await assertHas(store, "trace", []);
    },
  },
  {
    name: "refused: a save in the middle of others leaves those around it whole",
    async run({ open }) {
      const store = await open();
      const state = { messages: ["one"] as unknown[], files: { a: "x".repeat(9_000) } };
      const first = createCheckpoint(structuredClone(state));
      const pending: Promise<unknown>[] = [store.saveWithTrace("trace", first)];
      state.messages.push("two", () => 1);
      const call = () => store.saveWithTrace("trace", createCheckpoint(state));
      pending.push(assertRefused(call, "serialization", "a function"));
      state.messages.pop();
      const last = createCheckpoint(structuredClone(state));
      pending.push(store.saveWithTrace("trace", last));
      await Promise.all(pending);
      await assertHas(store, "trace", [first, last]);
      await assertLoads(store, first, last);
    },
  },
];
