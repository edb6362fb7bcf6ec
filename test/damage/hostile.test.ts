import { describe, expect, test } from "vitest";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";
import { createCheckpoint } from "../../src/core/checkpoint.ts";
import { encodePiece, type Piece } from "../../src/engine/piece.ts";
import { seal, type CheckpointRecord } from "../../src/engine/records.ts";

/** A record made to harm, with every checksum right: the payload of its root, what that refers to, and pieces. */
interface Hostile {
  readonly payload: unknown;
  readonly references?: readonly (readonly number[])[];
  readonly pieces?: readonly { readonly payload: unknown; readonly references?: readonly (readonly number[])[] }[];
}

const asIs: Codec = { name: "as is", encode: (value) => value, decode: (encoded) => encoded };
const place = { store: "", lineage: 0 };

function piece({ payload, references = [] }: Hostile, position: number | "root"): Piece {
  const head = { id: "c", createdAt: 0, traceId: "t", seq: 1, timestamp: 0 };
  const at = position === "root" ? ({ part: "state", head } as const) : position;
  return encodePiece({ value: payload, references }, { codec: asIs, place: { ...place, position: at } }) as Piece;
}

/** What loading such a checkpoint comes to. */
async function load(codec: Codec, { pieces = [], ...root }: Hostile): Promise<unknown> {
  const backend = createMemoryBackend();
  const store = createStore(backend, { codec });
  await store.saveWithTrace("t", createCheckpoint("harmless", { id: "c" }));
  await store.saveWithTrace("t", createCheckpoint("also harmless", { id: "d" }));
  await backend.write(async (transaction) => {
    const { sum: _, ...record } = (await transaction.get<CheckpointRecord & { sum: number }>(
      "checkpoints",
      ["c"],
      "by_id",
    ))!;
    transaction.put("checkpoints", seal({ ...record, root: piece(root, "root") }));
    transaction.put("pieces", { traceId: "t", first: 0, pieces: pieces.map((one, number) => piece(one, number)) });
  });
  expect((await store.load("d"))?.state).toBe("also harmless");
  return (await store.load("c"))?.state;
}

const json = (value: unknown, values?: unknown): string =>
  JSON.stringify({ json: value, ...(values !== undefined && { meta: { values, v: 1 } }) });
const note = (...fields: unknown[]): unknown => fields;

/** Each group names the one below it twice: 2^60 pieces in a few hundred bytes. */
const doubling = Array.from({ length: 60 }, (_, level) => ({
  payload: null,
  references: [level === 0 ? [60, 1, 60, 1] : [level - 1, 1, level - 1, 1]],
}));

const REFUSED: readonly (readonly [what: string, codec: Codec, Hostile])[] = [
  [
    "a typed array of a gigabyte, from a number",
    createSuperjsonCodec(),
    { payload: json([1e9], { "0": [["typed", "Uint8Array"]] }) },
  ],
  ["a class that nobody registered", createSuperjsonCodec(), { payload: json([{}], { "0": [["class", "Evil"]] }) }],
  [
    "a path to the prototype",
    createSuperjsonCodec(),
    { payload: json([{ a: "1" }], { "0.__proto__.polluted": ["bigint"] }) },
  ],
  [
    "a path to the constructor",
    createSuperjsonCodec(),
    { payload: json([{ a: "1" }], { "0.constructor.prototype.polluted": ["bigint"] }) },
  ],
  ["JSON nested a million levels deep", createSuperjsonCodec(), { payload: `{"json":[${"[".repeat(1_000_000)}` }],
  ["no JSON", createSuperjsonCodec(), { payload: "[" }],
  ["a note that leads to a prototype", asIs, { payload: [[{}], [note("url", ["__proto__", "polluted"], -1, -1)]] }],
  [
    "a note that leads through a constructor",
    asIs,
    { payload: [{}, [note("invalid-date", ["constructor", "prototype", "polluted"], -1, -1)]] },
  ],
  ["a billion pieces in one range", asIs, { payload: [null, [note("array", [], -1, 0)]], references: [[0, 1e9]] }],
  [
    "pieces that gather one another over and over",
    asIs,
    { payload: [null, [note("array", [], -1, 0)]], references: [[59, 1]], pieces: [...doubling, { payload: [[1]] }] },
  ],
  [
    "a piece that holds itself",
    asIs,
    {
      payload: [null, [note("array", [], -1, 0)]],
      references: [[0, 1]],
      pieces: [{ payload: [[null], [note("array", [0], -1, 0)]], references: [[0, 1]] }],
    },
  ],
  ["a reference that is not there", asIs, { payload: [null, [note("array", [], -1, 7)]] }],
  ["an alias of nothing", asIs, { payload: [null, [note("alias", [], 3, -1)]] }],
  ["a sparse array longer than an array can be", asIs, { payload: [[], [note("sparse", [], -1, -1, 2 ** 40)]] }],
  ["a URL that is none", asIs, { payload: ["no url", [note("url", [], -1, -1)]] }],
];

const HARMLESS: readonly (readonly [what: string, codec: Codec, Hostile])[] = [
  ["a key __proto__ in JSON", createSuperjsonCodec(), { payload: '{"json":[{"__proto__":{"polluted":1}}]}' }],
  [
    "an index __proto__ in a sparse array",
    asIs,
    { payload: [["__proto__", { polluted: 1 }], [note("sparse", [], -1, -1, 1)]] },
  ],
  [
    "entries under the names of prototypes",
    createStructuredCloneCodec(),
    { payload: [["__proto__", { polluted: 1 }, "constructor", 2], [note("entries", [], -1, -1)]] },
  ],
];

describe("records made to harm", () => {
  test.each(REFUSED)("%s: refused as damage, at once", { timeout: 10_000 }, async (_, codec, hostile) => {
    const named = { ...codec, name: "as is" };
    await expect(load(named, hostile)).rejects.toMatchObject({ code: "corrupted", checkpointId: "c", traceId: "t" });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test.each(HARMLESS)("%s: reaches no prototype", async (_, codec, hostile) => {
    const outcome = await load(codec, hostile).then(
      () => "loaded",
      (error: { code?: unknown }) => error.code,
    );
    expect(["loaded", "corrupted"]).toContain(outcome);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
