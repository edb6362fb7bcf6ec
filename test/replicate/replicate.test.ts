import { afterEach, expect, test, vi } from "vitest";
import { CheckpointStoreError, type CheckpointStoreErrorCode, type Store } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import {
  createMemoryRemote,
  divertTrace,
  replicate,
  type Diverged,
  type Remote,
  type ReplicateOptions,
  type RunningReplication,
} from "../../src/replicate.ts";

const running: RunningReplication[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));

function start(
  remote: Remote,
  device: string,
  options: Partial<ReplicateOptions> = {},
): RunningReplication & { readonly store: Store<unknown> } {
  const store = createMemoryStore();
  const replication = replicate(store, remote, { device, ...options });
  running.push(replication);
  return { ...replication, store };
}

/** A remote that fails as long as it is told to. */
function failing(remote: Remote): { readonly remote: Remote; code: CheckpointStoreErrorCode | undefined } {
  const state: { remote: Remote; code: CheckpointStoreErrorCode | undefined } = { remote, code: undefined };
  const pass =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (state.code !== undefined) throw new CheckpointStoreError(state.code, "as told");
      return call(...args);
    };
  state.remote = {
    read: pass(remote.read),
    append: pass(remote.append),
    replace: pass(remote.replace),
    watch: pass(remote.watch),
  };
  return state;
}

test("what one device saves, the others have soon, without being asked", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [start(remote, "a"), start(remote, "b")];
  const first = await a.store.trace("run").save({ step: 1 });
  await vi.waitFor(async () => expect(await b.store.list("run")).toEqual([first.id]));
  const second = await b.store.trace("run").save({ step: 2 });
  await vi.waitFor(async () => expect(await a.store.list("run")).toEqual([second.id, first.id]));
  await a.synced("run");
  expect(a.status("run")).toEqual({ state: "synced", version: 2, setAside: [], forks: [] });
  expect(a.status("unknown")).toBeUndefined();
});

test("a save does not wait for a remote that is away, and all is sent when that is back", async () => {
  const away = failing(createMemoryRemote());
  away.code = "unavailable";
  const [a, b] = [start(away.remote, "a"), start(away.remote, "b")];
  const { id } = await a.store.trace("run").save({ step: 1 });
  const synced = a.synced("run");
  await vi.waitFor(() => expect(a.status("run")).toMatchObject({ state: "waiting", error: { code: "unavailable" } }));
  away.code = undefined;
  await synced;
  await vi.waitFor(async () => expect(await b.store.list("run")).toEqual([id]), { timeout: 5_000 });
});

test("a remote that is full, or newer, is a failure that says so", async () => {
  for (const code of ["quota-exceeded", "storage"] as const) {
    const full = failing(createMemoryRemote());
    const a = start(full.remote, "a");
    full.code = code;
    await a.store.trace("run").save({ step: 1 });
    await expect(a.synced("run")).rejects.toMatchObject({ code });
    expect(a.status("run")).toMatchObject({ state: "failed", error: { code } });
    full.code = undefined;
    await a.synced("run");
  }
  const remote = createMemoryRemote();
  const bytes = new TextEncoder().encode('{"waystone":2,"codec":"superjson"}\nwhat a later release writes');
  await remote.append("run", { id: "later", bytes }, { version: 0 });
  await expect(start(remote, "b").synced("run")).rejects.toMatchObject({ code: "newer-schema", actual: "2" });
});

test("where two went on apart, the one that lost is told", async () => {
  const remote = createMemoryRemote();
  const away = failing(remote);
  const onDiverged = vi.fn<(diverged: Diverged) => void>();
  const [a, b] = [start(remote, "a"), start(away.remote, "b", { onDiverged })];
  await a.store.trace("run").save({ by: "a" });
  await a.synced("run");
  await b.synced("run");
  away.code = "unavailable";
  const lost = await b.store.trace("run").save({ by: "b" });
  const kept = await a.store.trace("run").save({ by: "a" });
  await a.synced("run");
  away.code = undefined;
  await b.synced("run");
  const fork = `run~b~${lost.id}`;
  expect(onDiverged.mock.calls).toEqual([[{ traceId: "run", fork, ids: [lost.id] }]]);
  expect(b.status("run")?.forks).toEqual([fork]);
  expect((await b.store.list("run"))[0]).toBe(kept.id);
  await vi.waitFor(async () => expect(await a.store.list(fork)).toEqual([lost.id]), { timeout: 5_000 });
});

test("what is replicated can be chosen", async () => {
  const remote = createMemoryRemote();
  const a = start(remote, "a", { traceIds: (id) => id.startsWith("run") });
  for (const traceId of ["run-1", "run-2", "other"]) await a.store.trace(traceId).save(1);
  await a.synced("run-1");
  await a.synced("run-2");
  const listed = start(remote, "b", { traceIds: ["run-2"] });
  await listed.synced("run-2");
  const pushing = start(remote, "c", { direction: "push" });
  await pushing.store.trace("run-3").save(1);
  await pushing.synced("run-3");
  const pulling = start(remote, "d", { direction: "pull" });
  await pulling.store.trace("run-4").save(1);
  await pulling.synced("run-4");
  await vi.waitFor(async () => expect((await pulling.store.traces()).length).toBe(4));
  const namesOf = async ({ store }: { store: Store<unknown> }) =>
    (await store.traces()).map(({ traceId }) => traceId).sort();
  expect(await namesOf(listed)).toEqual(["run-2"]);
  expect(await namesOf(pushing)).toEqual(["run-3"]);
  expect(await namesOf(pulling)).toEqual(["run-1", "run-2", "run-3", "run-4"]);
  expect((await remote.read("run-4", { after: 0 })).entries).toEqual([]);
});

test("removals stay where they are, if they are asked to", async () => {
  const remote = createMemoryRemote();
  const [a, b] = [start(remote, "a", { removals: false }), start(remote, "b")];
  const { id } = await a.store.trace("run").save(1);
  const { id: second } = await a.store.trace("run").save(2);
  await a.synced("run");
  await b.synced("run");
  await a.store.delete(id);
  await a.synced("run");
  await b.store.delete(second);
  await b.synced("run");
  await a.synced("run");
  expect(await a.store.list("run")).toEqual([second]);
  expect(await b.store.list("run")).toEqual([id]);
});

test("what others have can't be diverted", async () => {
  const a = start(createMemoryRemote(), "a");
  const { id } = await a.store.trace("run").save(1);
  await a.store.trace("run").save(2);
  await a.synced("run");
  await expect(divertTrace(a.store, "run", { after: id, fork: "fork" })).rejects.toMatchObject({ code: "conflict" });
});

test("once it was stopped, nothing is sent, and nobody waits any more", async () => {
  const away = failing(createMemoryRemote());
  away.code = "unavailable";
  const ending = new AbortController();
  const a = start(away.remote, "a", { signal: ending.signal });
  await a.store.trace("run").save(1);
  const synced = a.synced("run");
  ending.abort(new Error("enough"));
  await expect(synced).rejects.toThrow("enough");
  await a.stop();
  away.code = undefined;
  await a.store.trace("run").save(2);
  await expect(a.synced("run")).rejects.toThrow("enough");
  expect((await away.remote.read("run", { after: 0 })).entries).toEqual([]);
});

test("misuse is told at once", () => {
  const [store, remote] = [createMemoryStore(), createMemoryRemote()];
  const options = [
    { device: "" },
    { device: "a", direction: "up" },
    { device: "a", traceIds: "run" },
    { device: "a", removals: 1 },
    { device: "a", traceids: [] },
  ];
  for (const one of options) expect(() => replicate(store, remote, one as never)).toThrow(TypeError);
});
