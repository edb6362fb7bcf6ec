import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { wish } from "../../demo/extension/wishes.ts";

/** What becomes of a message to the worker. */
type Fate = "lost" | "stopped" | "silent" | { readonly failure?: string };

let asked: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Lets the messages meet these fates in turn. */
function workersThat(...fates: Fate[]): void {
  const sendMessage = (message: unknown): Promise<unknown> => {
    asked.push(message);
    const fate = fates.shift()!;
    if (fate === "lost") return new Promise(() => {});
    if (fate === "stopped") return Promise.reject(new Error("The message port closed before a response was received."));
    return Promise.resolve(fate === "silent" ? undefined : fate);
  };
  vi.stubGlobal("chrome", { runtime: { sendMessage } });
}

async function outcomeOf(wishing: Promise<void>): Promise<string> {
  const outcome = wishing.then(
    () => "fulfilled",
    (error: Error) => error.message,
  );
  await vi.runAllTimersAsync();
  return await outcome;
}

const WAKE = { kind: "wake" } as const;

test("a wish is asked again until a worker has answered, also where a message is lost without a word", async () => {
  workersThat("stopped", "lost", "silent", "lost", {});
  expect(await outcomeOf(wish(WAKE))).toBe("fulfilled");
  expect(asked).toEqual([WAKE, WAKE, WAKE, WAKE, WAKE]);
});

test("a wish that the worker can't fulfil is not asked again", async () => {
  workersThat({ failure: "The disk is full." }, {});
  expect(await outcomeOf(wish(WAKE))).toBe("The disk is full.");
  expect(asked).toHaveLength(1);
});

test("a worker that never answers is given up", async () => {
  workersThat(...Array.from({ length: 99 }, () => "lost" as const));
  expect(await outcomeOf(wish(WAKE))).toBe("The background worker does not answer.");
  expect(asked.length).toBeLessThan(10);
});
