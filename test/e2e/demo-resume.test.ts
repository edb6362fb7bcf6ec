import { expect, test } from "vitest";
import { expectUndisturbed, firstOnceGoingOn, ScoutDemo } from "./scout-demo.ts";

const demo = ScoutDemo.forThisFile();

test("the tab is closed in the middle and opened again: the run goes on where it was", async () => {
  let scout = await demo.open();
  await scout.start();
  let answered = 0;
  // Between two steps, while a question is open, and near the end.
  for (const moment of [5, "asking", 20, 27] as const) {
    if (moment === "asking") await scout.question.waitFor();
    else answered = await scout.reach(moment, answered);
    const seen = await scout.checkpoints(1);
    const isAsking = await scout.question.isVisible();
    await scout.page.close();
    scout = await demo.open();
    expect(await firstOnceGoingOn(scout, { count: seen.length, isAsking })).toEqual(seen);
  }
  await scout.finish(answered);
  await expectUndisturbed(scout, demo);
});
