import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { createMemoryStore } from "../../src/memory.ts";
import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { CheckpointStoreError, type CheckpointStoreErrorCode } from "../../src/index.ts";
import { troubleOf } from "../../src/inspector/trouble/trouble.ts";
import "../../src/inspector.ts";
import { encryptedCodec } from "../conformance/encrypted-codec.ts";
import { withMethods } from "./counted-store.ts";
import { find, findAll } from "./find.ts";
import { barriers, inspect, picture } from "./inspected.ts";
import { saveSampleRun } from "./sample-run.ts";

const WIDE = [1280, 800] as const;
afterEach(() => document.body.replaceChildren());

const heading = (within: ParentNode): string | undefined =>
  findAll(within, "waystone-trouble", "h2")[0]?.textContent ?? undefined;

const failing = (code: CheckpointStoreErrorCode) => new CheckpointStoreError(code, `what the store says of ${code}`);

/** Everything that opening or reading a store can be rejected with, as far as there is something to see. */
const CODES: readonly CheckpointStoreErrorCode[] = [
  "blocked",
  "unavailable",
  "storage",
  "closed",
  "newer-schema",
  "quota-exceeded",
  "codec-mismatch",
];

test.for(CODES)("a store that could not be opened: %s", async (code) => {
  await page.viewport(...WIDE);
  const element = inspect(undefined, { failure: failing(code) });
  await vi.waitFor(() => expect(heading(element)).toBe(troubleOf(failing(code)).title));
  expect(find(element, "waystone-trouble", "code").textContent).toBe(`what the store says of ${code}`);
  await picture(`trouble-${code}`, code === "blocked" ? "dark" : "light", [800, 500]);
  expect(await barriers()).toEqual([]);
});

test("the page is asked to open a store once more", async () => {
  const element = inspect(undefined, { failure: failing("blocked") });
  const told: string[] = [];
  element.addEventListener("retry-requested", ({ type }) => told.push(type));
  await vi.waitFor(() => find(element, "waystone-trouble", "button").click());
  expect(told).toEqual(["retry-requested"]);
});

test("each code has words of its own", () => {
  expect(new Set(CODES.map((code) => troubleOf(failing(code)).title)).size).toBe(CODES.length);
});

test("no store, and a store without runs, until there is one", async () => {
  await page.viewport(...WIDE);
  const element = inspect(undefined);
  await vi.waitFor(() => expect(heading(element)).toBe("No store yet"));
  const store = createMemoryStore();
  element.store = store;
  await vi.waitFor(() => expect(heading(element)).toBe("No runs yet"));
  await picture("empty", "light", WIDE);
  expect(await barriers()).toEqual([]);
  await store.trace("run").save({}, { id: "first" });
  await vi.waitFor(() => expect(element.checkpointId).toBe("first"));
});

test("a store that takes its time", async () => {
  let answer = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (answer = resolve));
  const inner = createMemoryStore();
  const element = inspect(withMethods(inner, { traces: () => waiting.then(() => inner.traces()) }));
  await vi.waitFor(() => expect(heading(element)).toBe("Reading …"));
  answer();
  await vi.waitFor(() => expect(heading(element)).toBe("No runs yet"));
});

test("a database that fails in the middle, and is there again at the next try", async () => {
  let isBroken = true;
  const inner = createMemoryStore();
  await inner.trace("run").save({}, { id: "first" });
  const store = withMethods(inner, {
    traces: async () => {
      if (isBroken) throw failing("storage");
      return inner.traces();
    },
  });
  const element = inspect(store);
  await vi.waitFor(() => expect(heading(element)).toBe("The database does not work"));
  isBroken = false;
  find(element, "waystone-trouble", "button").click();
  await vi.waitFor(() => expect(element.checkpointId).toBe("first"));
});

test("a store that was closed", async () => {
  const store = createMemoryStore();
  await store.close();
  const element = inspect(store);
  await vi.waitFor(() => expect(heading(element)).toBe("The store was closed"));
});

test("a corrupt checkpoint among good ones: it says so, and the others are shown", async () => {
  await page.viewport(...WIDE);
  const inner = createMemoryStore();
  await saveSampleRun(inner, "run", { steps: 6 });
  const store = withMethods(inner, {
    load: async (id) => {
      if (id === "run-4")
        throw new CheckpointStoreError("corrupted", "a block is not what was written", { checkpointId: id });
      return inner.load(id) as never;
    },
    async *history(traceId, options) {
      for await (const head of inner.history(traceId, options))
        yield head.id === "run-4" ? { ...head, isDamaged: true } : head;
    },
  });
  const element = inspect(store, { traceId: "run", checkpointId: "run-4" });
  await vi.waitFor(() => expect(heading(element)).toBe("This checkpoint is damaged"));
  expect(find(element, "[aria-selected=true].damaged").textContent).toContain("damaged");
  await picture("corrupted", "light", WIDE);
  expect(await barriers()).toEqual([]);
  element.checkpointId = "run-3";
  await vi.waitFor(() => expect(heading(element)).toBeUndefined());
});

test("an encrypted store without its key: the runs are there, what is in them is not", async () => {
  await page.viewport(...WIDE);
  const backend = createMemoryBackend();
  await saveSampleRun(createStore(backend, { codec: encryptedCodec }), "secret", { steps: 5 });
  const store = createStore(backend, { codec: createSuperjsonCodec() });
  const element = inspect(store);
  await vi.waitFor(() => expect(heading(element)).toBe("This can't be read without its key"));
  expect(findAll(element, "[role=option]")).toHaveLength(5);
  await picture("without-key", "dark", WIDE);
  expect(await barriers()).toEqual([]);
});

test("a deep link to what is gone shows what is there", async () => {
  const store = createMemoryStore();
  await saveSampleRun(store, "run", { steps: 3 });
  const element = inspect(store, { traceId: "run", checkpointId: "pruned long ago" });
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-3"));
  element.checkpointId = "never was";
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-3"));
});
