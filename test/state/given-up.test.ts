/** What the README says a state gives up without an error: as much, and no more. */
import { describe, expect, test } from "vitest";
import readme from "../../README.md?raw";
import { createMemoryStore } from "../../src/memory.ts";
import { difference } from "../../src/testing/equality.ts";

const KEY = Symbol("key");

/** Saves a value and loads it, from what is stored. */
async function again<T>(value: T): Promise<T> {
  const store = createMemoryStore<T>();
  const saved = await store.trace("t").save(value);
  const loaded = await store.load(saved.id);
  return loaded!.state;
}

/** By how the entry of the list begins. */
const GIVEN_UP: Readonly<Record<string, () => Promise<void>>> = {
  "Whether an object is frozen": async () => {
    const state = Object.freeze({ list: Object.seal([1]), map: Object.preventExtensions(new Map([[1, 2]])) });
    const loaded = await again(state);
    expect(Object.isExtensible(loaded) && Object.isExtensible(loaded.list) && Object.isExtensible(loaded.map)).toBe(
      true,
    );
    expect(await difference(loaded, { list: [1], map: new Map([[1, 2]]) })).toBeUndefined();
    const fixed = Object.defineProperty({}, "a", { value: 1, enumerable: true });
    const attributes = { value: 1, writable: true, enumerable: true, configurable: true };
    expect(Object.getOwnPropertyDescriptor(await again(fixed), "a")).toEqual(attributes);
  },

  "An accessor that is an element": async () => {
    const list = [1, 2, 3];
    Object.defineProperty(list, 1, { get: () => 5, enumerable: true });
    expect(await again(list)).toEqual([1, 5, 3]);
    Object.defineProperty(list, 0, { value: 1, enumerable: false });
    Object.defineProperty(list, "label", { value: "x", enumerable: false, configurable: true });
    expect(await difference(await again(list), [, 5, 3])).toBeUndefined(); // eslint-disable-line no-sparse-arrays
  },

  "A typed array's properties": async () => {
    const bytes = Object.assign(new Uint8Array(new ArrayBuffer(100), 10, 2).fill(7), { label: "x" });
    const [loaded, view] = await again([bytes, new DataView(new ArrayBuffer(100), 50, 4)] as const);
    expect([Object.keys(loaded), loaded.byteOffset, loaded.buffer.byteLength]).toEqual([["0", "1"], 0, 2]);
    expect([...loaded]).toEqual([7, 7]);
    expect([view.byteOffset, view.byteLength, view.buffer.byteLength]).toEqual([0, 4, 4]);
  },

  "Of an error, where it was made": async () => {
    const places = ["fileName", "lineNumber", "columnNumber", "sourceURL", "line", "column"];
    const error = new Error("m");
    const loaded = await again({ error });
    expect(places.filter((place) => Object.hasOwn(loaded.error, place))).toEqual([]);
    expect(loaded.error.stack).toBe(error.stack);
    const stopped = await again({ error: new DOMException("m", "AbortError") });
    expect([stopped.error.name, stopped.error.message, stopped.error.code]).toEqual(["AbortError", "m", 20]);
  },

  "Properties named by symbols": async () => {
    const state = {
      url: new URL("https://a.example"),
      blob: new Blob(["a"]),
      file: new File(["a"], "a"),
      exception: new DOMException("m"),
    };
    for (const value of Object.values(state)) Object.assign(value, { [KEY]: 1 });
    const error = Object.defineProperty(new Error("m"), KEY, { value: 1, enumerable: false });
    for (const value of Object.values(await again({ ...state, error }))) expect(KEY in value).toBe(false);
    await expect(again(Object.assign(new Error("m"), { [KEY]: 1 }))).rejects.toThrow("has a symbol as a key");
  },

  "What shows that it is a proxy": async () => {
    const state = { proxy: new Proxy({ a: 1 }, { set: () => false }) };
    const loaded = await again(state);
    loaded.proxy.a = 2;
    expect(loaded).toEqual({ proxy: { a: 2 } });
    if (typeof document === "undefined") return;
    const frame = document.body.appendChild(document.createElement("iframe"));
    const { Map: FramedMap } = frame.contentWindow as unknown as { Map: MapConstructor };
    const { map } = await again({ map: new FramedMap([[1, 2]]) });
    frame.remove();
    expect([map instanceof FramedMap, map instanceof Map, map.get(1)]).toEqual([false, true, 2]);
  },
};

/** Only a person who chooses a folder can make one. */
const NOT_MADE_HERE = ["Of a `File`, its `webkitRelativePath`"];

describe("given up", () => {
  test.each(Object.entries(GIVEN_UP))("%s", async (_, check) => {
    expect.hasAssertions();
    await check();
  });

  test("the README says all of it", () => {
    const list = readme.slice(
      readme.indexOf("a state gives up, without an error"),
      readme.indexOf("For classes of your own"),
    );
    const said = [...list.matchAll(/^- (.+)$/gm)].map(([, line]) => line!);
    const told = [...Object.keys(GIVEN_UP), ...NOT_MADE_HERE];
    expect(said).toHaveLength(told.length);
    for (const what of told) expect(said.filter((line) => line.startsWith(what))).toHaveLength(1);
  });
});
