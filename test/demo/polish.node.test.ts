import { afterEach, expect, test, vi } from "vitest";
import { polish } from "../../demo/agents/scout/polish.ts";

const SUMMARY = "Of 3 needs, 2 can be used as they are and 1 ships as an enhancement in Chrome 140 and Safari 18.6.";
const BETTER = "Chrome 140 and Safari 18.6 have 2 of your 3 needs; 1 is an enhancement there.";

const { signal } = new AbortController();

/** Stands in for Chrome's built-in model, which no test machine has. */
function standIn(availability: string, say: () => Promise<string>) {
  const destroy = vi.fn<() => void>();
  const create = vi.fn<() => Promise<unknown>>(async () => ({ prompt: say, destroy }));
  vi.stubGlobal("LanguageModel", { availability: async () => availability, create });
  return { create, destroy };
}

afterEach(() => vi.unstubAllGlobals());

test("without a model in the browser, there are no other words", async () => {
  expect(await polish(SUMMARY, signal)).toBeUndefined();
});

test("a model that is there is asked for better words, and let go", async () => {
  const { create, destroy } = standIn("available", async () => ` ${BETTER}\n`);
  expect(await polish(SUMMARY, signal)).toBe(BETTER);
  expect([create.mock.calls.length, destroy.mock.calls.length]).toEqual([1, 1]);
});

test.each(["downloadable", "downloading", "unavailable"])("a model that is %s is left alone", async (availability) => {
  const { create } = standIn(availability, async () => BETTER);
  expect(await polish(SUMMARY, signal)).toBeUndefined();
  expect(create).not.toHaveBeenCalled();
});

test.each([
  ["nothing", async () => ""],
  ["another version", async () => BETTER.replace("140", "141")],
  ["more than the summary does", async () => `${BETTER} Safari has 97 % of the market.`],
  ["less", async () => "All is well."],
])("of a model that says %s, nothing is taken", async (_, say) => {
  const { destroy } = standIn("available", say);
  expect(await polish(SUMMARY, signal)).toBeUndefined();
  expect(destroy).toHaveBeenCalledOnce();
});

test("a model that fails takes nothing with it", async () => {
  const { destroy } = standIn("available", () => Promise.reject(new Error("The model has crashed.")));
  expect(await polish(SUMMARY, signal)).toBeUndefined();
  expect(destroy).toHaveBeenCalledOnce();
});

test("a run that is stopped meanwhile is not finished without it", async () => {
  const controller = new AbortController();
  standIn("available", async () => {
    controller.abort(new Error("paused"));
    throw controller.signal.reason;
  });
  await expect(polish(SUMMARY, controller.signal)).rejects.toThrow("paused");
});
