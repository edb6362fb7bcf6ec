import { describe, expect, test } from "vitest";
import type { Trace } from "waystone";
import { createMemoryStore } from "waystone/memory";
import { keptSteps, type StepsState } from "waystone/steps";
import { openPage, pause, type MortalPage } from "../../steps/mortal.ts";
import { travel, type Loop, type Tell } from "./travel-agent.ts";

const CITIES = ["Delft", "Ghent", "Lyon", "Turin"];
const EXPECTED = { text: "Go to Turin.", results: CITIES.map((city) => `sunny in ${city}`) };
const LOOPS: readonly Loop[] = ["generateText", "streamText", "ToolLoopAgent"];
const never = new Promise<never>(() => {});

/** What the agent tells when it makes the calls that a run has kept. */
async function keptCalls(run: Trace): Promise<string[]> {
  const state = (await run.loadLatest())?.state as StepsState | undefined;
  return (state === undefined ? [] : keptSteps(state)).map(({ name, turn = 1 }) =>
    name === "model" ? `model ${turn}` : name.replace(/^weather (\w+).*/, "weather of $1"),
  );
}

async function untilDead(page: MortalPage): Promise<undefined> {
  while (!page.isDead) await pause(0);
  // What was asked for before, and is still on its way, is carried out.
  await pause(2);
  return undefined;
}

/** Opens a page that dies at one of its awaits: of the agent's own, or of the store's. */
type Die = (run: Trace, at: number) => { readonly page: MortalPage; readonly tell: Tell };

const inTheAgent: Die = (run, at) => {
  const page = openPage(run);
  let awaits = 0;
  const tell = async (): Promise<void> => {
    if (awaits++ === at) page.kill();
    if (page.isDead) await never;
    await pause(0);
  };
  return { page, tell };
};

const inTheStore =
  (isDone: boolean): Die =>
  (run, diesAt) => {
    const page = openPage(run, { diesAt, isDone });
    return { page, tell: async () => (page.isDead ? never : pause(0)) };
  };

describe.each(LOOPS)("%s", (loop) => {
  test("calls the model and each tool once, and nothing once the run is complete", async () => {
    const run = createMemoryStore().trace("run");
    const told: string[] = [];
    const tell = (what: string) => void told.push(what);
    expect(await travel(run, loop, { tell })).toEqual(EXPECTED);
    expect(await travel(run, loop, { tell })).toEqual(EXPECTED);
    const calls = told.filter((what) => /^(model \d|weather of \w+)$/.test(what));
    expect(calls).toEqual([
      "model 1",
      "weather of Delft",
      "weather of Ghent",
      "model 2",
      "weather of Lyon",
      "weather of Turin",
      "model 3",
    ]);
  });

  test.each([
    ["its own", inTheAgent],
    ["the store's, which is not carried out", inTheStore(false)],
    ["the store's, which is", inTheStore(true)],
  ])("whose page dies at each await in turn (%s) repeats nothing that is kept", async (_, die) => {
    let survived: unknown;
    let deaths = 0;
    for (let at = 0; survived === undefined; at += 1) {
      const run = createMemoryStore().trace("run");
      const { page, tell } = die(run, at);
      survived = await Promise.race([travel(page.trace, loop, { tell }), untilDead(page)]);
      if (survived !== undefined) continue;
      deaths += 1;
      const kept = await keptCalls(run);
      const told: string[] = [];
      expect(await travel(run, loop, { tell: (what) => void told.push(what) }), `died at ${at}`).toEqual(EXPECTED);
      expect(
        kept.filter((call) => told.includes(call)),
        `died at ${at}`,
      ).toEqual([]);
    }
    expect(survived).toEqual(EXPECTED);
    expect(deaths).toBeGreaterThan(8);
  });
});
