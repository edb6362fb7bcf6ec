import { expect, test } from "vitest";
import { NeededBlocks, type BroughtBlock } from "../../src/archive/needed-blocks.ts";
import { has, runsFrom, runsWithout, toRuns } from "../../src/pieces/runs.ts";
import { numbers } from "../../src/testing/steps.ts";

test("it is the set of the blocks that a checkpoint needs, through any number of checkpoints", () => {
  const draw = numbers(7);
  for (let round = 0; round < 200; round++) {
    const needed = new NeededBlocks();
    let live = new Map<number, number>();
    let nextBlock = 0;
    for (let step = 0; step < 20; step++) {
      const kept = [...live].filter(() => draw(4) > 0);
      const brought: BroughtBlock[] = [];
      for (const end = nextBlock + draw(8); nextBlock < end; nextBlock += 1 + draw(2)) {
        if (draw(3) > 0) brought.push({ block: nextBlock, sum: draw(1000), fingerprint: undefined });
      }
      live = new Map([...kept, ...brought.map(({ block, sum }) => [block, sum] as const)]);
      needed.advance({ needs: toRuns([...live.keys()].sort((a, b) => a - b)), nextBlock }, brought);
      expect(needed.sums).toBe([...live.values()].reduce((sum, one) => sum + one, 0));
    }
  }
});

test("many blocks that many checkpoints need cost what they bring and let go alone", { timeout: 20_000 }, () => {
  const count = 100_000;
  const needed = new NeededBlocks();
  const brought = Array.from({ length: count }, (_, n) => ({ block: n * 2, sum: 1, fingerprint: undefined }));
  needed.advance({ needs: toRuns(brought.map(({ block }) => block)), nextBlock: count * 2 }, brought);
  const next = Array.from({ length: count }, (_, n) => ({ block: count * 2 + n, sum: 1, fingerprint: undefined }));
  needed.advance({ needs: [count * 2, count], nextBlock: count * 3 }, next);
  for (let n = 0; n < count; n++) needed.advance({ needs: [count * 2, count - n], nextBlock: count * 3 }, []);
  expect(needed.sums).toBe(1);
});

test("runs are cut and subtracted as the sets of their numbers", () => {
  const draw = numbers(8);
  const some = (): number[] => Array.from({ length: 40 }, (_, n) => n).filter(() => draw(3) > 0);
  for (let round = 0; round < 500; round++) {
    const [one, other, first] = [some(), some(), draw(42)];
    expect(runsFrom(toRuns(one), first)).toEqual(toRuns(one.filter((number) => number >= first)));
    const left = runsWithout(toRuns(one), toRuns(other));
    for (let number = 0; number < 40; number++) {
      expect(has(left, number)).toBe(one.includes(number) && !other.includes(number));
    }
  }
});
