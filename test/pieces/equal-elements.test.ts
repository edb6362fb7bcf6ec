import { expect, test } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { numbers } from "../../src/testing/steps.ts";

test("a list with equal texts comes back, after one between them was taken out", async () => {
  const run = createMemoryStore<string[]>().trace("run");
  const lengths = [177, 361, 40, 177, 322, 85, 21];
  for (const length of lengths) {
    const state = (await run.loadLatest())?.state ?? [];
    await run.save([...state, "x".repeat(length)]);
  }
  const state = (await run.loadLatest())!.state;
  state.push("x".repeat(175));
  state.splice(1, 1);
  const { id } = await run.save(state);
  expect((await run.load(id))?.state).toEqual(state);
});

test("lists of few different elements come back, however they were edited", async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const draw = numbers(seed);
    const run = createMemoryStore<unknown[]>().trace("run");
    const element = () => [1, "x".repeat(100 + 100 * draw(3)), new Date(draw(2)), undefined, null][draw(5)];
    for (let step = 0; step < 12; step += 1) {
      const state = (await run.loadLatest())?.state ?? [];
      for (let i = draw(4); i >= 0; i -= 1) state.push(element());
      if (draw(3) === 0) state.splice(draw(state.length), 1 + draw(2));
      if (draw(6) === 0) state.unshift(element());
      const { id } = await run.save(state);
      expect((await run.load(id))?.state, `seed ${seed}, step ${step}`).toEqual(state);
    }
  }
});
