import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Encoded } from "../../src/pieces/encode.ts";
import { readSnapshot } from "../../src/pieces/reading/read-snapshot.ts";
import { readValue } from "../../src/pieces/reading/read-value.ts";
import { toRuns } from "../../src/pieces/runs.ts";
import { isSameState } from "../../src/state/equality.ts";
import { difference } from "../../src/testing/equality.ts";
import { copyOf } from "../conformance/known-bad/copy.ts";
import { anyEdit, applyEdits, asLive, startState } from "../conformance/model/edits.ts";
import { times } from "../length.ts";
import { Chain, countUses } from "./chain.ts";

/** A step of an agent; before it, its page may have been left and opened again, or its state come from elsewhere. */
const anyStep = fc.record({
  edits: fc.array(anyEdit, { maxLength: 3 }),
  before: fc.constantFrom("", "", "", "reopen", "copy"),
});

const LIMITS = [
  ["by default", {}],
  ["with little patience for what is not needed", { minGarbageBytes: 200 }],
  ["with few runs allowed", { maxRuns: 3 }],
] as const;

describe.each(LIMITS)("states laid out one after the other, %s", (_, limits) => {
  test("are read back equal, from the blocks that they need and no others", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 12 }), async (steps) => {
        const chain = new Chain({ limits });
        let state = asLive(startState());
        for (const { edits, before } of steps) {
          if (before === "reopen" && chain.saves.length > 0) await chain.reopen();
          if (before === "copy") state = copyOf(state);
          applyEdits(state, edits);
          const save = await chain.save(state);
          expect(await difference(readValue(await chain.decode(save)), state)).toBeUndefined();
          await expectExact(chain, save);
        }
      }),
      { numRuns: times({ short: 12, long: 2_000 }) },
    );
  });
});

/** That the layout knows what it has stored, as one that reads it does. */
async function expectExact(chain: Chain, save: Encoded): Promise<void> {
  const { chunks, parts } = countUses(chain.snapshot, chain.layout);
  for (const [chunk, uses] of chunks) expect(chunk.uses).toBe(uses);
  for (const [part, uses] of parts) expect(chain.layout.placings.peek(part)!.uses).toBe(uses);
  const needed = new Set([...chunks.keys()].map(({ block }) => block));
  expect(save.needs).toEqual(toRuns([...needed].sort((a, b) => a - b)));
  expect(save.contents).toBe(chain.blocksOf(save).reduce((sum, block) => sum + block.sum, 0));
  const { snapshot, layout } = readSnapshot(await chain.decode(save), { nextNumber: 0 });
  expect(isSameState(snapshot.root, chain.snapshot.root)).toBe(true);
  expect(layout.blocks.needs()).toEqual(save.needs);
}

async function expectReadBack(chain: Chain, states: readonly unknown[]): Promise<void> {
  for (const state of states) {
    const save = await chain.save(state);
    expect(readValue(await chain.decode(save))).toEqual(state);
    await expectExact(chain, save);
  }
}

const lines = (from: number) => Array.from({ length: 300 }, (_, i) => `a line of some length, ${i + from}`);

describe("what stands in two places", () => {
  test("two lists that both grew from one share no chunk of it", async () => {
    const long = lines(0);
    await expectReadBack(new Chain(), [
      { lists: [long, ["other"]] },
      {
        lists: [
          [...long, "x"],
          [...long, "y"],
        ],
      },
      { lists: [[...long, "x"], long] },
      { lists: [[...long, "x", "z"], [...long]] },
    ]);
  });

  test("a text that replaces one which is still there gets numbers of its own, in another page, too", async () => {
    const text = "a".repeat(9_000);
    const chain = new Chain();
    await expectReadBack(chain, [
      { list: [text, ...lines(0), "z".repeat(9_000)] },
      { list: [text, ...lines(0), text] },
      { list: [text, ...lines(0), `${text}!`], other: lines(0) },
      { list: [text, ...lines(0)], other: lines(0) },
    ]);
    await chain.reopen();
    await expectReadBack(chain, [{ list: [`${text}?`, ...lines(0)], other: lines(0) }]);
  });

  test.each([{ minGarbageBytes: 0 }, { maxRuns: 1 }])(
    "a text that is stored on its own for one place is so in a chunk that is stored anew: %o",
    async (limits) => {
      const text = "a".repeat(1_000);
      const other = "z".repeat(1_000);
      await expectReadBack(new Chain({ limits }), [
        { list: [text, ...lines(0), other] },
        { list: [text, ...lines(0), text] },
        { list: [text, ...lines(0), `${other}1`] },
        { list: [text, ...lines(0), `${other}1`], more: lines(5) },
        { list: [text, ...lines(1), `${other}1`], more: lines(5) },
        { list: [text, ...lines(1), `${other}2`] },
      ]);
    },
  );
});

describe("what a save adds", () => {
  test("nothing but the root, where nothing has changed", async () => {
    const chain = new Chain();
    const state = { list: lines(0), step: 0 };
    await chain.save(state);
    state.step = 1;
    expect((await chain.save(state)).blocks).toEqual([]);
  });

  test("one small block, where a list has grown; in a page that was opened since, too", async () => {
    const chain = new Chain();
    const state = { list: lines(0) };
    await chain.save(state);
    for (const isReopened of [false, true]) {
      if (isReopened) await chain.reopen();
      state.list.push(`one more, that is not very long ${isReopened}`);
      const { blocks } = await chain.save(state);
      expect(blocks).toHaveLength(1);
      expect(blocks[0]!.bytes).toBeLessThan(200);
    }
  });

  test("blocks of no more than 48 kB and a chunk", async () => {
    const chain = new Chain();
    const { blocks } = await chain.save({ list: Array.from({ length: 3_000 }, (_, i) => `${i}`.padEnd(200)) });
    expect(blocks.length).toBeGreaterThan(8);
    for (const { bytes } of blocks) expect(bytes).toBeLessThan(54_000);
  });

  test("no number of a chunk twice, whatever comes and goes", async () => {
    const chain = new Chain();
    const given = new Set<string>();
    for (let step = 0; step < 40; step += 1) {
      if (step % 9 === 8) await chain.reopen();
      const state = {
        list: lines(step % 3),
        other: step % 4 === 0 ? lines(7) : [],
        text: "x".repeat(9_000 + (step % 5)),
      };
      for (const { payload } of (await chain.save(state)).blocks) {
        for (const [stream, first, contents] of JSON.parse(payload as string).json as [number, number, unknown[]][]) {
          for (let i = 0; i < contents.length; i += 1) {
            expect(given).not.toContain(`${stream}.${first + i}`);
            given.add(`${stream}.${first + i}`);
          }
        }
      }
    }
    expect(given.size).toBeGreaterThan(40);
  });
});

test("a list that is emptied is empty, and goes on from there", async () => {
  const chain = new Chain();
  await expectReadBack(chain, [{ list: lines(0) }, { list: [] }, { list: ["a", "b"] }, { list: [] }]);
  await chain.reopen();
  await expectReadBack(chain, [{ list: lines(1) }]);
});

test("a state keeps alive no more than about twice its size", async () => {
  const chain = new Chain();
  const items = Array.from({ length: 1_000 }, (_, i) => `${i}`.padEnd(200));
  for (let step = 0; step < 150; step += 1) {
    for (let i = 0; i < 8; i += 1) items[(step * 37 + i * 113) % items.length] = `${step}.${i}`.padEnd(200);
    await chain.save({ items });
  }
  const bytes = chain.blocksOf(chain.saves.at(-1)!).reduce((sum, block) => sum + block.bytes, 0);
  expect(bytes).toBeLessThan(2 * 210_000 + 64 * 1024 + 48 * 1024);
});

test("a text in more places than could be read is refused before anything is stored, and in fewer is stored once", async () => {
  const text = "0123456789abcdef".repeat(500_000);
  const chain = new Chain();
  await chain.save([1, text]);
  const few = await chain.save([text, text, text, 1]);
  expect(few.blocks.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(text.length / 10);
  expect(readValue(await chain.decode(few))).toEqual([text, text, text, 1]);
  await chain.save([text, text, 1, text]);
  const many = Array.from({ length: 80 }, () => text);
  await expect(chain.save(many)).rejects.toMatchObject({ code: "serialization", path: "state", checkpointId: "c" });
});
