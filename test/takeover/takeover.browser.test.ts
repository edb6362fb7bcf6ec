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

test("a trace is no other store's, whatever the names are put together to", async () => {
  const other = await openStore<{ step: number }>(`${name}:run`);
  try {
    const isOurs = await store.trace("run:1").takeOver(async ({ signal }) => {
      expect(await other.trace("1").takeOver(async () => "free")).toBe("free");
      expect(await other.trace("1").takeOver(async () => "free", { steal: true })).toBe("free");
      return !signal.aborted;
    });
    expect(isOurs).toBe(true);
  } finally {
    await other.close();
    indexedDB.deleteDatabase(`${name}:run`);
  }
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

test("the work's own AbortError is thrown as it is, and aborts nothing", async () => {
  const stopped = new DOMException("the user has pressed Stop", "AbortError");
  const signals: AbortSignal[] = [];
  const outcome = store
    .trace("run")
    .takeOver(async ({ signal }) => {
      signals.push(signal);
      throw stopped;
    })
    .catch((error: unknown) => error);
  expect(await outcome).toBe(stopped);
  // One that waited with a signal that was aborted since is no different.
  const controller = new AbortController();
  const later = store
    .trace("run")
    .takeOver(
      async ({ signal }) => {
        signals.push(signal);
        controller.abort();
        throw stopped;
      },
      { signal: controller.signal },
    )
    .catch((error: unknown) => error);
  expect(await later).toBe(stopped);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});

test("one that has been stolen from is told so, though the signal that it waited with is aborted", async () => {
  const controller = new AbortController();
  let granted = (): void => undefined;
  const isGranted = new Promise<void>((resolve) => (granted = resolve));
  const work = ({ signal }: { signal: AbortSignal }) => {
    granted();
    return new Promise((resolve) => signal.addEventListener("abort", resolve));
  };
  const outcome = store
    .trace("run")
    .takeOver(work, { signal: controller.signal })
    .catch((error: unknown) => error);
  await isGranted;
  controller.abort();
  await store.trace("run").takeOver(async () => undefined, { steal: true });
  expect(await outcome).toMatchObject({ code: "conflict", traceId: "run" });
});

test("within the work, taking over the same trace is refused, and what goes on elsewhere is not", async () => {
  const again = await openStore(name);
  const outcomes = await store.trace("run").takeOver(async ({ trace }) => {
    const refused: unknown[] = [];
    for (const handle of [trace, store.trace("run"), again.trace("run")]) {
      refused.push(await handle.takeOver(async () => "nested").catch((error: unknown) => error));
      await trace.save({ step: refused.length });
    }
    expect(await store.trace("other").takeOver(async () => "other")).toBe("other");
    return refused;
  });
  for (const outcome of outcomes) expect(outcome).toMatchObject({ code: "conflict", traceId: "run" });
  expect(outcomes).toHaveLength(3);
  expect(await store.list("run")).toHaveLength(3);
  expect(await store.trace("run").takeOver(async () => "free")).toBe("free");
  await again.close();
});

test("calls that can't be within the work wait for their turn, and others that are told to", async () => {
  const run = store.trace("run");
  const order: number[] = [];
  let granted = (): void => undefined;
  const isGranted = new Promise<void>((resolve) => (granted = resolve));
  const work = (number: number) => async () => {
    granted();
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(number);
  };
  const calls = [run.takeOver(work(1)), run.takeOver(work(2))];
  await isGranted;
  calls.push(run.takeOver(work(3), { waitsForOwn: true }));
  await Promise.all(calls);
  expect(order).toEqual([1, 2, 3]);
});

test("a damaged newest checkpoint, or one of another graph, is in nobody's way who says so", async () => {
  const run = store.trace("run");
  await run.save({ step: 1 }, { id: "1", graphHash: "a" });
  await run.save({ step: 2 }, { id: "2", graphHash: "b" });
  await expect(run.takeOver(async () => "no", { graphHash: "a" })).rejects.toMatchObject({ code: "graph-mismatch" });
  expect(await run.takeOver(async ({ latest }) => latest?.state.step, { graphHash: "b" })).toBe(2);
  await store.close();
  await damageNewest(name);
  store = await openStore(name);
  await expect(store.trace("run").takeOver(async () => "no")).rejects.toMatchObject({ code: "corrupted" });
  const saved = await store
    .trace("run")
    .takeOver(async ({ latest, trace }) => [latest?.id, (await trace.save({ step: 3 })).parentId], {
      skipDamaged: true,
      graphHash: "a",
    });
  expect(saved).toEqual(["1", "1"]);
});

/** Changes the record of the checkpoint 2. */
async function damageNewest(database: string): Promise<void> {
  const opened = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(database);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
  const transaction = opened.transaction("checkpoints", "readwrite");
  const done = new Promise((resolve) => (transaction.oncomplete = resolve));
  const cursor = transaction.objectStore("checkpoints").openCursor(null, "prev");
  cursor.onsuccess = () => cursor.result!.update({ ...(cursor.result!.value as object), root: "damaged" });
  await done;
  opened.close();
}
