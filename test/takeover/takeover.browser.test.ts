import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore, type Store } from "../../src/index.ts";
import type { OwnerAnswer, OwnerOrder } from "./owner.ts";

let name: string;
let store: Store<{ step: number }>;
let workers: Worker[];

beforeEach(async () => {
  name = `takeover-${crypto.randomUUID()}`;
  store = await openStore(name);
  workers = [];
});

afterEach(async () => {
  for (const worker of workers) worker.terminate();
  await store.close();
  indexedDB.deleteDatabase(name);
});

/** A worker that owns the trace, or waits to. */
class Owner {
  readonly #worker = new Worker(new URL("owner.ts", import.meta.url), { type: "module" });
  readonly #answers: OwnerAnswer[] = [];
  #wake = (): void => undefined;

  constructor() {
    workers.push(this.#worker);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<OwnerAnswer>) => {
      this.#answers.push(data);
      this.#wake();
    });
    this.ask({ kind: "own", store: name });
  }

  ask(order: OwnerOrder): void {
    this.#worker.postMessage(order);
  }

  /** The next thing it says. */
  async hears(): Promise<OwnerAnswer> {
    while (this.#answers.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#answers.shift()!;
  }

  die(): void {
    this.#worker.terminate();
  }
}

test("an owner's death lets the next one go on from the last checkpoint", async () => {
  const owner = new Owner();
  expect(await owner.hears()).toEqual({ kind: "owning", latest: undefined });
  let isOwning = false;
  const next = store.trace("run").takeOver(async ({ trace, latest }) => {
    isOwning = true;
    await trace.save({ step: latest!.state.step + 1 });
    return latest!.state.step;
  });
  // Saved while the next one is waiting already: it must not have read where the trace stood before.
  for (const step of [1, 2, 3]) {
    owner.ask({ kind: "save", step });
    expect(await owner.hears()).toEqual({ kind: "saved" });
  }
  expect(isOwning).toBe(false);
  owner.die();
  expect(await next).toBe(3);
  expect((await store.loadLatest("run"))?.state).toEqual({ step: 4 });
});

test("an owner whose trace was stolen is told, and its saves are refused as a conflict", async () => {
  const owner = new Owner();
  expect(await owner.hears()).toEqual({ kind: "owning", latest: undefined });
  owner.ask({ kind: "save", step: 1 });
  expect(await owner.hears()).toEqual({ kind: "saved" });
  await store.trace("run").takeOver(async ({ trace }) => void (await trace.save({ step: 2 })), { steal: true });
  expect(await owner.hears()).toEqual({ kind: "lost" });
  owner.ask({ kind: "save", step: 99 });
  expect(await owner.hears()).toEqual({ kind: "refused", code: "conflict" });
  expect((await store.loadLatest("run"))?.state).toEqual({ step: 2 });
  expect(await store.list("run")).toHaveLength(2);
});

test("the one whose trace was stolen has its call rejected as a conflict", async () => {
  const run = store.trace("run");
  let granted = (): void => undefined;
  const isGranted = new Promise<void>((resolve) => (granted = resolve));
  const first = run.takeOver(({ signal }) => {
    granted();
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const outcome = first.catch((error: unknown) => error);
  await isGranted;
  expect(await run.takeOver(async () => "second", { steal: true })).toBe("second");
  expect(await outcome).toMatchObject({ code: "conflict", traceId: "run" });
});

test("what is done is no longer owned: the handle that was given saves no more", async () => {
  const kept = await store.trace("run").takeOver(async ({ trace }) => {
    await trace.save({ step: 1 });
    return { trace };
  });
  await expect(kept.trace.save({ step: 2 })).rejects.toMatchObject({ code: "conflict" });
  await store.trace("run").save({ step: 3 });
  expect(await store.list("run")).toHaveLength(2);
});

test("a trace that was deleted is not brought back by its owner; one that it emptied itself is its own", async () => {
  const run = store.trace("run");
  await run.takeOver(async ({ trace }) => {
    await trace.save({ step: 1 });
    await trace.prune(0);
    await trace.save({ step: 2 });
    await store.deleteTrace("run");
    await expect(trace.save({ step: 3 })).rejects.toMatchObject({ code: "conflict" });
  });
  expect(await store.list("run")).toEqual([]);
});

test("one that waits can give up", async () => {
  const owner = new Owner();
  await owner.hears();
  const controller = new AbortController();
  const waiting = store.trace("run").takeOver(async () => "never", { signal: controller.signal });
  const outcome = waiting.catch((error: unknown) => error);
  controller.abort();
  expect(await outcome).toMatchObject({ name: "AbortError" });
  expect(await store.trace("other").takeOver(async () => "free")).toBe("free");
});

test("what the work throws is thrown, and the trace is free", async () => {
  const run = store.trace("run");
  await expect(run.takeOver(() => Promise.reject(new RangeError("no")))).rejects.toThrow(new RangeError("no"));
  expect(await run.takeOver(async () => "free")).toBe("free");
});
