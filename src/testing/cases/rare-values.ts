import { createCheckpoint } from "../../core/checkpoint.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { assert, assertHas, assertLoads } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { show } from "../equality.ts";
import { noiseBytes } from "../steps.ts";

class Stack extends Array<unknown> {}
class Registry extends Map<unknown, unknown> {}
class Bag extends Set<unknown> {}
class Moment extends Date {}
class Bytes extends Uint8Array {}
class AgentError extends Error {}

const KEY = Symbol("key");

const resizable = () => Reflect.construct(ArrayBuffer, [4, { maxByteLength: 8 }]) as ArrayBuffer;
/** Not in older browsers, which make a plain one of it. */
const CAN_RESIZE = (resizable() as { resizable?: boolean }).resizable === true;

/** What few states hold. A store may refuse each of them; what it takes must come back equal. */
const RARE: Readonly<Record<string, () => unknown>> = {
  "a Blob": () => new Blob(["some", new Uint8Array([1, 2, 255])], { type: "text/plain" }),
  "an empty Blob": () => new Blob([]),
  "a File": () => new File(["bytes"], "notes é.txt", { type: "text/plain", lastModified: 12_345 }),
  ...(typeof SharedArrayBuffer === "function" && { "a SharedArrayBuffer": () => new SharedArrayBuffer(4) }),
  "views that share a buffer": () => {
    const { buffer } = noiseBytes(7, 64);
    return { bytes: new Uint8Array(buffer, 0, 32), words: new Uint16Array(buffer, 32, 8), buffer };
  },
  "a DOMException": () => new DOMException("stopped", "AbortError"),
  "an AggregateError": () => new AggregateError([new Error("one"), new TypeError("two")], "both"),
  "an error with fields of its own": () => Object.assign(new Error("m"), { code: "E1", details: { retry: false } }),
  "an error of a class of its own": () => new AgentError("m"),
  "an array with a field of its own": () => Object.assign([1, 2], { total: 3 }),
  "a date with a field of its own": () => Object.assign(new Date(1), { zone: "UTC" }),
  "a map with a field of its own": () => Object.assign(new Map([[1, 2]]), { label: "x" }),
  "a boxed string": () => Object("text") as object,
  "a boxed number": () => Object(-0) as object,
  "a boxed bigint": () => Object(5n) as object,
  "a field named by a symbol": () => ({ a: 1, [KEY]: 2 }),
  "a map with a field named by a symbol": () => Object.assign(new Map([[1, 2]]), { [KEY]: 2 }),
  "a hidden field": () => Object.defineProperty({ a: 1 }, "secret", { value: 2 }),
  "a hidden field named by a symbol": () => Object.defineProperty({ a: 1 }, KEY, { value: 2 }),
  "an expression in the middle of a text": () => {
    const expression = /a/g;
    expression.test("banana");
    return { expression };
  },
  "an expression beyond its text": () => Object.assign(/a/y, { lastIndex: 2 ** 40 }),
  "an expression whose lastIndex is no index": () => Object.assign(/a/, { lastIndex: -1.5 }),
  "a buffer with a field of its own": () => Object.assign(new ArrayBuffer(4), { label: "x" }),
  ...(CAN_RESIZE && {
    "a buffer that can be resized": resizable,
    "a view of a buffer that can be resized": () => ({ view: new Uint8Array(resizable()) }),
  }),
  "a bigint of 200,000 digits": () => 1n << 664_385n,
  URLSearchParams: () => new URLSearchParams("a=1&a=2"),
  "a getter": () => ({
    get now() {
      return 5;
    },
  }),
  "a proxy of a plain object": () => new Proxy({ a: [1, new Proxy([2], {})] }, {}),
  "an array of a class of its own": () => Stack.from([1, 2]),
  "a map of a class of its own": () => new Registry([[1, 2]]),
  "a set of a class of its own": () => new Bag([1, 2]),
  "a date of a class of its own": () => new Moment(1),
  "a typed array of a class of its own": () => Bytes.from([1, 2]),
  "the arguments of a call": () =>
    (function (..._: unknown[]) {
      return arguments;
    })(1, 2),
  "20,000 levels of objects": () => {
    let state: unknown = { bottom: true };
    for (let level = 0; level < 20_000; level++) state = { down: state };
    return state;
  },
  "20,000 levels of arrays": () => {
    let state: unknown = [];
    for (let level = 0; level < 20_000; level++) state = [state];
    return state;
  },
  "an array of a length no memory holds": () => {
    const array: unknown[] = [];
    array[4_000_000_000] = "last";
    return array;
  },
};

function rareCase(what: string, make: () => unknown): ConformanceCase {
  return {
    name: `rare values: ${what} comes back equal or is refused`,
    async run({ open }) {
      const store = await open();
      // Of the deep ones, that depth is what may go wrong: once is enough.
      const states = what.includes("levels")
        ? [make]
        : [make, () => ({ list: [{ odd: make() }] }), () => ({ list: [{ odd: make() }, 1] })];
      const kept: (() => ReturnType<typeof createCheckpoint>)[] = [];
      for (const [index, state] of states.entries()) {
        const checkpoint = () => createCheckpoint(state(), { id: `${index}`, createdAt: 1 });
        try {
          await store.saveWithTrace("trace", checkpoint());
          kept.push(checkpoint);
        } catch (error) {
          assert(isCheckpointStoreError(error, "serialization"), `refused with ${show(error)}, not as serialization`);
          const root = index === 0 ? "state" : "state.list[0].odd";
          assert(error.path?.startsWith(root) === true, `the path should begin with ${root}, but is ${error.path}`);
        }
      }
      for (const checkpoint of kept) await assertLoads(store, checkpoint());
      const last = createCheckpoint("after it");
      await store.saveWithTrace("trace", last);
      await assertHas(store, "trace", [...kept.map((checkpoint) => checkpoint()), last]);
    },
  };
}

/** Nothing is lost silently: what can't come back equal is refused, by a path that leads to it. */
export const rareValueCases: readonly ConformanceCase[] = Object.entries(RARE).map(([what, make]) =>
  rareCase(what, make),
);
