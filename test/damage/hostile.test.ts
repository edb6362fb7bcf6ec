import { describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import type { Codec } from "../../src/core/codec.ts";
import { seal, type CheckpointRecord, type PieceRecord } from "../../src/log/records.ts";
import { sumOf } from "../../src/pieces/encode.ts";

/** A checkpoint made to harm, with every checksum right: what stands in its record, and blocks. */
interface Hostile {
  readonly root: unknown;
  readonly blocks?: readonly unknown[];
  /** Default is all of the blocks. */
  readonly needs?: readonly number[];
}

class Step {
  readonly n: number = 1;
}

const asIs: Codec = { name: "as is", encode: (value) => value, decode: (encoded) => encoded };
const superjson = createSuperjsonCodec();
const withClasses = createSuperjsonCodec({ classes: { Step } });

/** What loading such a checkpoint comes to. */
async function load(
  codec: Codec,
  { root, blocks = [], needs = blocks.length === 0 ? [] : [0, blocks.length] }: Hostile,
): Promise<unknown> {
  const backend = createMemoryBackend();
  const store = createStore(backend, { codec });
  await store.saveWithTrace("t", createCheckpoint("harmless", { id: "c" }));
  await store.saveWithTrace("t", createCheckpoint("also harmless", { id: "d" }));
  const rows = blocks.map((payload, block): PieceRecord => {
    return { traceId: "t", block, payload, bytes: 100, sum: sumOf({ block, payload }) };
  });
  await backend.write(async (transaction) => {
    const found = await transaction.get<CheckpointRecord & { sum: number }>("checkpoints", ["c"], "by_id");
    const { sum: _, ...record } = found!;
    const contents = rows.reduce((sum, row) => sum + row.sum, 0);
    transaction.put("checkpoints", seal({ ...record, root, needs, contents }));
    for (const row of rows) transaction.put("pieces", row);
  });
  expect((await store.load("d"))?.state).toBe("also harmless");
  return (await store.load("c"))?.state;
}

const json = (value: unknown, meta?: object): string =>
  JSON.stringify({ json: value, ...(meta !== undefined && { meta: { ...meta, v: 1 } }) });

/** A state that is one container, whose parts are stored where a reference says. */
const gathered = (...reference: number[]): unknown => [[null], [["array", [0, 0], -1, null, reference]]];
/** So many chunks, each of which gathers the one of the stream below so often. */
const tower = (levels: number, times: number): unknown[] => [
  [[0, 0, [["bottom"]]]],
  ...Array.from({ length: levels }, (_, level) => [
    [level + 1, 0, [Array.from({ length: times }, () => [0, 1]).flat()], [], level],
  ]),
];

/** What superjson would make of annotations; the store has its own, and writes none of these. */
const ANNOTATED: readonly (readonly [what: string, payload: string])[] = [
  ["a typed array of a gigabyte, from a number", json([[1e9]], { values: { "0.0": [["typed-array", "Uint8Array"]] } })],
  ["a class that nobody registered", json([[{}]], { values: { "0.0": [["class", "Evil"]] } })],
  ["a registered class, behind the store's back", json([[{}]], { values: { "0.0": [["class", "Step"]] } })],
  ["a path to the prototype", json([[{ a: "1" }]], { values: { "0.0.__proto__.polluted": ["bigint"] } })],
  ["a path to the constructor", json([[{ a: "1" }]], { values: { "0.0.constructor.prototype.polluted": ["bigint"] } })],
  ["one object in two places", json([[{ a: {} }]], { referentialEqualities: { "0.0": ["0.0.a"] } })],
  [
    "one object in a prototype's place",
    json([[{ a: { polluted: 1 } }]], { referentialEqualities: { "0.0.a": ["0.0.__proto__", "0.0.a.__proto__"] } }),
  ],
  ["annotations that are none", json([["x"]], {})],
];

const REFUSED: readonly (readonly [what: string, codec: Codec, Hostile])[] = [
  ...ANNOTATED.flatMap(([what, root]) => [
    [what, superjson, { root }] as const,
    [`${what}, where classes are registered`, withClasses, { root }] as const,
    [`${what}, in a block`, withClasses, { root: json(gathered(0, 1)), blocks: [root] }] as const,
  ]),
  ["JSON nested a million levels deep", superjson, { root: `{"json":[${"[".repeat(1_000_000)}` }],
  ["no JSON", superjson, { root: "[" }],
  ["a list of arguments", superjson, { root: '["json"]' }],
  ["an annotation that leads to a prototype", asIs, { root: [[{}], [["date", [0, 0, "__proto__", "polluted"]]]] }],
  [
    "an annotation that leads through a constructor",
    asIs,
    { root: [[{}], [["url", [0, 0, "constructor", "prototype", "polluted"]]]] },
  ],
  [
    "an annotation that puts nothing into a prototype",
    asIs,
    { root: [[{}], [["undefined", [0, 0, "__proto__", "polluted"]]]] },
  ],
  [
    "an annotation that puts nothing in place of a constructor",
    asIs,
    { root: [[{}], [["undefined", [0, 0, "constructor"]]]] },
  ],
  [
    "an annotation for each element that leads to a prototype",
    asIs,
    { root: [[{}], [["date", ["*", "__proto__", "polluted"]]]] },
  ],
  ["a billion chunks in one run", asIs, { root: gathered(0, 1, 0, 1e9), blocks: [[[0, 0, [["x"]]]]] }],
  ["a billion chunks of a whole stream", asIs, { root: gathered(0, 1e9), blocks: [[[0, 0, [["x"]]]]] }],
  ["a billion blocks", asIs, { root: [["x"]], blocks: [[[0, 0, [["x"]]]]], needs: [0, 1e9] }],
  ["2^60 chunks, by gathers that double", asIs, { root: gathered(60, 1), blocks: tower(60, 2) }],
  ["2^60 chunks, by few levels of many", asIs, { root: gathered(10, 1), blocks: tower(10, 64) }],
  ["a chunk that gathers itself", asIs, { root: gathered(0, 1), blocks: [[[0, 0, [[0, 1, 0, 1]], [], 0]]] }],
  [
    "a chunk that holds itself",
    asIs,
    { root: gathered(0, 1), blocks: [[[0, 0, [[null]], [["array", [0, 0], -1, null, [0, 1]]]]]] },
  ],
  ["a chunk that is there twice", asIs, { root: gathered(0, 1), blocks: [[[0, 0, [["x"]]]], [[0, 0, [["y"]]]]] }],
  ["a reference to what is not there", asIs, { root: gathered(7, 1) }],
  ["an alias of nothing", asIs, { root: [[null], [["alias", [0, 0], 3]]] }],
  ["a sparse array longer than an array can be", asIs, { root: [[[]], [["sparse", [0, 0], -1, 2 ** 40]]] }],
  [
    "an index __proto__ in a sparse array",
    asIs,
    { root: [[["__proto__", { polluted: 1 }]], [["sparse", [0, 0], -1, 1]]] },
  ],
  ["a bigint that takes minutes to read", asIs, { root: [["9".repeat(20_000_000)], [["bigint", [0, 0]]]] }],
  ["an expression that stands nowhere", asIs, { root: [[["a", "g", {}]], [["regexp", [0, 0]]]] }],
  ["an expression that is none", asIs, { root: [[["(", "g"]], [["regexp", [0, 0]]]] }],
  ["a URL that is none", asIs, { root: [["no url"], [["url", [0, 0]]]] }],
  ["blocks that are no pieces", asIs, { root: [["x"]], blocks: [{ length: 1e9 }] }],
  ["pieces that are none", asIs, { root: [["x"]], blocks: [[{ length: 1e9 }]] }],
];

const HARMLESS: readonly (readonly [what: string, codec: Codec, Hostile])[] = [
  ["a key __proto__ in JSON", superjson, { root: '{"json":[[{"__proto__":{"polluted":1}}]]}' }],
  [
    "entries under the names of prototypes",
    createStructuredCloneCodec(),
    { root: [[["__proto__", { polluted: 1 }, "constructor", 2]], [["entries", [0, 0]]]] },
  ],
  [
    "an instance with a key __proto__",
    withClasses,
    { root: '{"json":[[[{"__proto__":{"polluted":1},"n":2}]],[["instance",[0,0],-1,"Step"]]]}' },
  ],
];

describe("records made to harm", () => {
  test.each(REFUSED)("%s: refused as damage, at once", { timeout: 10_000 }, async (_, codec, hostile) => {
    await expect(load(codec, hostile)).rejects.toMatchObject({ code: "corrupted", checkpointId: "c", traceId: "t" });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each(HARMLESS)("%s: reaches no prototype", async (_, codec, hostile) => {
    const state = await load(codec, hostile);
    expect(state).toBeTypeOf("object");
    expect((state as { polluted?: unknown }).polluted).toBeUndefined();
    expect([Object.prototype, Array.prototype, Step.prototype]).toContain(Object.getPrototypeOf(state));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
    expect((new Step() as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
