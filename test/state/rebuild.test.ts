import { expect, test } from "vitest";
import { capture } from "../../src/state/capture.ts";
import { blobOf, containerFor, fillContainer, makeInstance, rebuild, viewOf } from "../../src/state/rebuild.ts";
import { Alias, Anchor, Binary, Container } from "../../src/state/snapshot.ts";
import { difference } from "../../src/testing/equality.ts";

const again = (value: unknown) => rebuild(capture(value).root);

test("a value that is rebuilt is nobody else's", async () => {
  const make = () => ({
    list: [{ at: new Date(5), url: new URL("https://a.example/"), x: /x/g, bytes: Uint8Array.of(1) }],
  });
  const { root } = capture(make());
  const first = rebuild(root) as ReturnType<typeof make>;
  const [part] = first.list;
  part!.at.setTime(9);
  part!.url.hash = "changed";
  part!.x.lastIndex = 5;
  part!.bytes[0] = 9;
  first.list.push(part!);
  expect(await difference(rebuild(root), make())).toBeUndefined();
  expect((rebuild(root) as typeof first).list[0]!.x.lastIndex).toBe(0);
});

test("an expression comes back with the place it stands at", () => {
  const expression = /x/g;
  expression.lastIndex = 4;
  expect((again(expression) as RegExp).lastIndex).toBe(4);
});

test("a DOMException comes back with its code", () => {
  const error = again({ error: new DOMException("stopped", "AbortError") }) as { error: DOMException };
  expect(error.error).toBeInstanceOf(DOMException);
  expect([error.error.name, error.error.message, error.error.code]).toEqual(["AbortError", "stopped", 20]);
});

test("an error comes back with its class, stack and cause, hidden as they were", () => {
  const error = Object.assign(new RangeError("m", { cause: { deep: 1 } }), { code: "E1" });
  const copy = again(error) as typeof error;
  expect(copy).toBeInstanceOf(RangeError);
  expect([copy.message, copy.stack, copy.code, copy.cause]).toEqual(["m", error.stack, "E1", { deep: 1 }]);
  expect(Object.keys(copy)).toEqual(["code"]);
  expect((again(new AggregateError([1, 2], "both")) as AggregateError).errors).toEqual([1, 2]);
  expect(Object.hasOwn(again(new Error()) as object, "message")).toBe(false);
});

test("bytes come back in a buffer of their own", () => {
  const view = again(new Uint8Array(new ArrayBuffer(100), 10, 4)) as Uint8Array;
  expect([view.length, view.buffer.byteLength]).toEqual([4, 4]);
  expect(again(Float64Array.of(1.5))).toEqual(Float64Array.of(1.5));
  expect((again(new DataView(Uint8Array.of(0, 7).buffer, 1)) as DataView).getUint8(0)).toBe(7);
});

test("a Blob comes back as it is, and one that was stored as an equal one", async () => {
  const blob = new Blob(["a"]);
  expect(again([blob])).toEqual([blob]);
  expect((again([blob]) as Blob[])[0]).toBe(blob);
  const detail = ["text/plain", "n.txt", 7];
  const file = rebuild(new Binary(Uint8Array.of(98), detail, { kind: "blob" })) as File;
  expect([file.type, file.name, file.lastModified, await file.text()]).toEqual(["text/plain", "n.txt", 7, "b"]);
  expect(blobOf(["x"], ["text/html"])).not.toBeInstanceOf(File);
});

test("what is referred to before it stands, while it is made, or from within itself is one object", async () => {
  const late = { name: "late" };
  const ring: Record<string, unknown> = { late };
  const state = { early: new Map<unknown, unknown>([[late, 1]]), ring, set: new Set([ring]), late };
  ring["self"] = ring;
  ring["state"] = state;
  expect(await difference(again(state), state)).toBeUndefined();
});

class Box {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

const custom = {
  nameOf: (value: object) => (value instanceof Box ? "box" : undefined),
  takeApart: (_: string, box: object) => (box as Box).content,
  make: (name: string, content: unknown) => (name === "box" ? new Box(content) : undefined),
};

test("an instance is made of what is finished, and is one object wherever it stands", () => {
  const seen: unknown[] = [];
  const watching = {
    ...custom,
    make(name: string, content: unknown) {
      seen.push(structuredClone((content as Box).content ?? content));
      return custom.make(name, content);
    },
  };
  const late = { deep: [{ n: 1 }] };
  const inner = new Box({ late });
  const state = { boxes: [new Box(inner), inner], map: new Map([[inner, inner]]), late };
  const { root } = capture(state, { holding: { custom } });
  const copy = rebuild(root, { custom: watching }) as typeof state;
  const [outer, one] = copy.boxes;
  expect(outer!.content).toBe(one);
  expect([...copy.map][0]).toEqual([one, one]);
  expect((one!.content as { late: unknown }).late).toBe(copy.late);
  expect(seen).toEqual([{ late: { deep: [{ n: 1 }] } }, { late: { deep: [{ n: 1 }] } }]);
  expect(rebuild(capture(new Box(5), { holding: { custom } }).root, { custom })).toEqual(new Box(5));
});

test("an instance of a class that nobody knows here is a codec-mismatch that names it", () => {
  const { root } = capture([new Box(1)], { holding: { custom } });
  const mismatch = { code: "codec-mismatch", actual: "box", message: expect.stringContaining("box") as string };
  expect(() => rebuild(root)).toThrow(expect.objectContaining(mismatch) as Error);
  expect(() => makeInstance("other", 1, custom)).toThrow(expect.objectContaining({ actual: "other" }) as Error);
  expect(makeInstance("box", 1, custom)).toEqual(new Box(1));
});

test("containers are filled from the parts they were stored in", () => {
  const fill = (...[kind, parts, detail]: [Parameters<typeof fillContainer>[1], unknown[], unknown?]) => {
    const container = containerFor(kind, { detail });
    fillContainer(container, kind, parts);
    return container;
  };
  expect(fill("array", [[1, 2], [3]])).toEqual([1, 2, 3]);
  expect(
    fill("map", [
      ["a", 1],
      ["b", 2],
    ]),
  ).toEqual(
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
  );
  expect(fill("set", [[1], [2]])).toEqual(new Set([1, 2]));
  expect(fill("sparse", [[2, "c"]], 4)).toEqual(Object.assign([], { 2: "c", length: 4 }));
  expect(fill("object", [{ a: 1 }, { b: 2 }])).toEqual({ a: 1, b: 2 });
  expect(Object.getPrototypeOf(fill("dict", [{ a: 1 }]))).toBe(null);
  expect(Object.keys(fill("entries", [["__proto__", 1, "constructor", 2]]))).toEqual(["__proto__", "constructor"]);
  expect(Object.keys(fill("error", [{ message: "m", code: 1 }], "TypeError"))).toEqual(["code"]);
  expect(viewOf(Uint8Array.of(1, 2), "Uint16Array")).toHaveLength(1);
  expect(viewOf(Uint8Array.of(1, 2), "Function")).toBeInstanceOf(ArrayBuffer);
});

test("an object that is referred to ahead of it is one object", () => {
  const anchor = new Anchor();
  const named = new Container("object", [1], { keys: ["a"], anchor });
  const box = new Container("instance", [new Alias(anchor)], { detail: "box" });
  const [one, held, other] = rebuild(new Container("array", [new Alias(anchor), box, named]), { custom }) as unknown[];
  expect(one).toEqual({ a: 1 });
  expect([other, (held as Box).content].map((object) => object === one)).toEqual([true, true]);
});

test("an error has no more than it had", () => {
  const error = new Error("m");
  Reflect.deleteProperty(error, "stack");
  const copy = again(error) as Error;
  expect(copy.stack).toBe(error.stack);
  expect(Object.hasOwn(copy, "stack")).toBe(error.stack !== undefined);
});

test("a snapshot that was put together wrongly is no endless loop", () => {
  const { root } = capture([new Box(1)], { holding: { custom } }) as { root: Container };
  const shared = {};
  const alias = (capture([shared, shared]).root as Container).children[1];
  expect(() => rebuild(new Container("array", [alias]))).toThrow("missing");
  const anchor = new Anchor();
  const itself = new Container("instance", [new Container("array", [new Alias(anchor)])], { detail: "box", anchor });
  expect(() => rebuild(itself, { custom })).toThrow("can't be part of itself");
  expect(() => rebuild(root, { custom: { ...custom, make: () => undefined } })).toThrow("box");
});
