import { describe, expect, test } from "vitest";
import type { Backend, WriteTransaction } from "../../src/core/backend.ts";
import type { Codec } from "../../src/core/codec.ts";
import { withTightBytes } from "../../src/core/tight-bytes.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStore } from "../../src/backend.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";

const buffer = new Uint8Array(1000).map((_, n) => n).buffer;

describe("bytes in a record", () => {
  test.for(
    Object.entries({
      Uint8Array: new Uint8Array(buffer, 3, 5),
      Uint8ClampedArray: new Uint8ClampedArray(buffer, 3, 5),
      Float64Array: new Float64Array(buffer, 16, 2),
      BigInt64Array: new BigInt64Array(buffer, 0, 3),
      DataView: new DataView(buffer, 1, 7),
      "no bytes": new Uint8Array(buffer, 9, 0),
    }),
  )("%s: it keeps its class and its bytes, and leaves the rest of its buffer", ([, view]) => {
    const { payload } = withTightBytes({ payload: view });
    expect(Object.getPrototypeOf(payload)).toBe(Object.getPrototypeOf(view));
    expect(payload).toEqual(view);
    expect(payload.buffer.byteLength).toBe(view.byteLength);
    expect(payload.byteOffset).toBe(0);
  });

  test("are found wherever they are, and what is around them stays equal", () => {
    const view = new Uint8Array(buffer, 8, 8);
    const sparse = [view];
    sparse.length = 4;
    const payload = {
      list: [1, { view }],
      sparse,
      map: new Map<unknown, unknown>([
        [view, "key"],
        ["value", view],
      ]),
      set: new Set([view]),
      date: new Date(5),
      ["__proto__"]: 1,
    };
    Object.defineProperty(payload, "__proto__", { value: view, enumerable: true });
    const tight = withTightBytes({ payload }).payload;
    expect(tight).toEqual(payload);
    expect(Object.hasOwn(tight, "__proto__")).toBe(true);
    const copy = (tight.list[1] as { view: Uint8Array }).view;
    expect(copy.buffer.byteLength).toBe(8);
    // One stays one.
    expect([tight.map.get("value"), [...tight.map.keys()][0], [...tight.set][0], tight.sparse[0]]).toSatisfy(
      (all: unknown[]) => all.every((one) => one === copy),
    );
  });

  test("are found beside a cycle", () => {
    const payload: Record<string, unknown> = { view: new Uint8Array(buffer, 0, 1) };
    payload["self"] = payload;
    const tight = withTightBytes({ payload }).payload;
    expect(tight["self"]).toBe(tight);
    expect((tight["view"] as Uint8Array).buffer.byteLength).toBe(1);
  });

  test("with a buffer of their own stay the same, and so does the record", () => {
    const record = { payload: [new Uint8Array(5), new Float64Array(buffer), buffer], head: { at: new Date(1) } };
    expect(withTightBytes(record)).toBe(record);
  });
});

/** As an encoder does that writes into one large buffer. */
const pooled: Codec = {
  name: "pooled",
  encode: (value) => {
    if (value instanceof Uint8Array) return { bytes: value };
    const text = new TextEncoder().encode(JSON.stringify(value));
    const pool = new Uint8Array(8192 + text.length);
    pool.set(text, 100);
    return { text: pool.subarray(100, 100 + text.length) };
  },
  decode: (encoded) => {
    const { bytes, text } = encoded as { bytes?: Uint8Array; text?: Uint8Array };
    return bytes ?? JSON.parse(new TextDecoder().decode(text));
  },
};

test.for([
  ["a codec that leaves bytes as they are", createStructuredCloneCodec()],
  ["a codec that returns views of a pool", pooled],
] as const)("no record that a store hands to its backend holds a view of more: %s", async ([, codec]) => {
  const backend = createMemoryBackend();
  const loose: string[] = [];
  let views = 0;
  const look = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!ArrayBuffer.isView(value)) return Object.entries(value).forEach(([key, item]) => look(item, `${path}.${key}`));
    views += 1;
    if (value.byteLength < value.buffer.byteLength) loose.push(path);
  };
  const watched: Backend = {
    ...backend,
    write: (work, scope) =>
      backend.write((transaction) => {
        const put: WriteTransaction["put"] = (collection, record) => {
          look(record, collection);
          transaction.put(collection, record);
        };
        const spy = new Proxy(transaction, {
          get: (target, key) => (key === "put" ? put : (Reflect.get(target, key) as () => void).bind(target)),
        });
        return work(spy);
      }, scope),
  };
  const store = createStore<unknown>(watched, { name: "views", codec });
  const state = { photo: new Uint8Array(300_000).fill(7), steps: [] as number[] };
  for (let step = 0; step < 60; step += 1) {
    state.steps.push(step);
    await store.trace("t").save(state, { id: `t:${step}`, metadata: { thumbnail: new Uint8Array(buffer, 10, 10) } });
  }
  await store.fork("t:59", "fork");
  // Folds too.
  await store.close();
  expect(views).toBeGreaterThan(5);
  expect(loose).toEqual([]);
});
