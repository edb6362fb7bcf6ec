import { describe, expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { decodeState, type StoredState } from "../../src/pieces/reading/decode.ts";
import { sumOf, type EncodedBlock } from "../../src/pieces/encode.ts";
import { readSnapshot } from "../../src/pieces/reading/read-snapshot.ts";
import { readValue } from "../../src/pieces/reading/read-value.ts";
import { Chain } from "./chain.ts";

const OPTIONS = {
  codec: createSuperjsonCodec(),
  store: "s",
  part: "state",
  head: { id: "c", traceId: "t", seq: 1, timestamp: 0, createdAt: 0 },
} as const;

/** A sound state of several blocks, changed in some way. */
async function stored(
  change: (state: { -readonly [K in keyof StoredState]: StoredState[K] }) => void,
): Promise<StoredState> {
  const chain = new Chain();
  const list = Array.from({ length: 100 }, (_, i) => `element ${i}`.padEnd(100));
  const state = { list, bytes: new Uint8Array(100) };
  for (let step = 0; step < 3; step += 1) {
    list.push(`step ${step}`.padEnd(100));
    await chain.save(state);
  }
  const save = chain.saves.at(-1)!;
  const result = { ...save, blocks: chain.blocksOf(save) };
  change(result);
  return result;
}

async function read(state: StoredState): Promise<void> {
  readValue(await decodeState(state, OPTIONS));
  readSnapshot(await decodeState(state, OPTIONS), { nextNumber: 0 });
}

/** With its checksum made to fit, as somebody who means harm would. */
function forged(block: EncodedBlock, pieces: unknown): EncodedBlock {
  const made = { ...block, payload: JSON.stringify({ json: pieces }) };
  return { ...made, sum: sumOf(made) };
}

test("what is as it was written is read", async () => {
  await expect(read(await stored(() => undefined))).resolves.toBeUndefined();
});

describe("is corrupted", () => {
  test.each<[string, (state: { -readonly [K in keyof StoredState]: StoredState[K] }) => void]>([
    ["a block missing", (state) => (state.blocks = state.blocks.slice(1))],
    ["the last block missing", (state) => (state.blocks = state.blocks.slice(0, -1))],
    ["a block too many", (state) => (state.blocks = [...state.blocks, { ...state.blocks[0]!, block: 99 }])],
    ["no word of what is needed", (state) => (state.needs = undefined as never)],
    [
      "a changed payload",
      (state) => (state.blocks = [{ ...state.blocks[0]!, payload: "[]" }, ...state.blocks.slice(1)]),
    ],
    ["its blocks in another order", (state) => (state.blocks = [...state.blocks].reverse())],
    ["other contents than it was saved with", (state) => (state.contents += 1)],
    ["a root that can't be decoded", (state) => (state.root = "{")],
    ["a root that is none", (state) => (state.root = JSON.stringify({ json: 5 }))],
    [
      "a root that leads to chunks which are not there",
      (state) => (state.root = rootWith([["array", [0, 0], -1, null, [99, 1]]])),
    ],
    ["a root with a path that leads nowhere", (state) => (state.root = rootWith([["date", [0, "nowhere"]]]))],
    [
      "a root with a path into a prototype",
      (state) => (state.root = rootWith([["undefined", [0, "__proto__", "toString"]]], {})),
    ],
    ["a root with an alias of nothing", (state) => (state.root = rootWith([["alias", [0, 0], 77]]))],
  ])("%s", async (_, change) => {
    await expect(read(await stored(change))).rejects.toMatchObject({ code: "corrupted" });
  });

  test.each([
    ["no pieces", 5],
    ["a piece that is none", [5]],
    [
      "a chunk twice",
      [
        [0, 0, [[1]]],
        [0, 0, [[1]]],
      ],
    ],
    ["an annotation without a path", [[0, 0, [[1]], [["date"]]]]],
    ["an annotation of another chunk", [[0, 0, [[1]], [["date", [7, 0]]]]]],
  ])("with sums that fit: %s", async (_, pieces) => {
    const block = forged({ block: 0, payload: "", bytes: 1, sum: 0 }, pieces);
    const state = { root: rootWith([]), blocks: [block], needs: [0, 1], contents: block.sum };
    await expect(read(state)).rejects.toMatchObject({ code: "corrupted" });
  });

  test("few bytes that name more than there is memory for", async () => {
    const gathering = (stream: number) => [
      stream,
      0,
      [Array.from({ length: 200 }, () => [0, 1]).flat()],
      [],
      stream + 1,
    ];
    const pieces = [...[0, 1, 2, 3, 4, 5, 6, 7].map(gathering), [8, 0, ["x".repeat(100_000)]]];
    const block = forged({ block: 0, payload: "", bytes: 1, sum: 0 }, pieces);
    const root = rootWith([["text", [0, 0], -1, null, [0, 1]]]);
    const state = { root, blocks: [block], needs: [0, 1], contents: block.sum };
    await expect((async () => readValue(await decodeState(state, OPTIONS)))()).rejects.toMatchObject({
      code: "corrupted",
    });
  });

  test("chunks that gather one another", async () => {
    const block = forged({ block: 0, payload: "", bytes: 1, sum: 0 }, [[0, 0, [[0, 1]], [], 0]]);
    const root = rootWith([["array", [0, 0], -1, null, [0, 1]]]);
    await expect(read({ root, blocks: [block], needs: [0, 1], contents: block.sum })).rejects.toMatchObject({
      code: "corrupted",
    });
  });
});

function rootWith(annotations: readonly unknown[], content: unknown = [null]): string {
  return JSON.stringify({ json: [content, annotations] });
}
