import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import type { Store } from "../../src/index.ts";
import { Family } from "../../src/inspector/timeline/family.ts";
import { afterChange, follow, FOLLOWING, select } from "../../src/inspector/timeline/following.ts";
import { nodeOf, noteOf, titleOf } from "../../src/inspector/timeline/label.ts";
import { layOut, type TimelineLayout } from "../../src/inspector/timeline/lanes.ts";
import { counted, withMethods } from "./counted-store.ts";

let store: Store;
let family: Family | undefined;
beforeEach(() => {
  store = createMemoryStore();
});
afterEach(async () => {
  family?.close();
  await store.close();
});

async function opened(source: Store, traceId: string): Promise<Family> {
  const opening = new Family(source, traceId);
  family = opening;
  await new Promise<void>((resolve) => {
    opening.addEventListener("change", () => opening.isComplete && resolve());
  });
  return opening;
}

const laidOut = (of: Family): TimelineLayout => layOut(of.members, (member) => of.originOf(member));
const drawn = ({ rows }: TimelineLayout) => rows.map(({ head, lane }) => `${"| ".repeat(lane)}${head.id}`);

let now = 1_790_000_000_000;

/** Saves checkpoints `a1`, `a2`, ... in trace `a`. */
async function save(traceId: string, from: number, to: number): Promise<void> {
  const run = store.trace(traceId);
  await run.loadLatest();
  for (let i = from; i <= to; i += 1) {
    await run.save({ i }, { id: `${traceId}${i}`, nextNode: "on", createdAt: (now += 1000) });
  }
}

async function fork(from: string, traceId: string): Promise<void> {
  await store.fork(from, traceId, { id: `${traceId}1` });
}

test("10,000 heads are read once and no state; of what is saved then, nothing is read", async () => {
  const run = store.trace("run");
  const state = { step: 0 };
  for (let i = 0; i < 10_000; i += 1) void run.save(state, { nextNode: "on" });
  await run.save(state, { id: "last" });
  const { store: watched, headsRead, statesRead } = counted(store);
  const open = await opened(watched, "run");
  expect(open.get("run")!.heads).toHaveLength(10_001);
  expect(headsRead()).toBe(10_001);
  for (let i = 0; i < 50; i += 1) await run.save(state, { id: `new-${i}` });
  await vi.waitFor(() => expect(open.get("run")!.latest?.id).toBe("new-49"));
  expect(open.get("run")!.heads).toHaveLength(10_051);
  expect(headsRead()).toBe(10_001);
  expect(statesRead()).toBe(0);
});

test("the newest heads are there before the oldest have been read", async () => {
  await save("a", 1, 500);
  const seen: number[] = [];
  family = new Family(store, "a");
  family.addEventListener("change", () => seen.push(family!.get("a")!.heads.length));
  await vi.waitFor(() => expect(family!.isComplete).toBe(true));
  expect(seen[0]).toBe(64);
  expect(seen.at(-1)).toBe(500);
});

test("the page has its turn while the heads are read, from a store in memory, too", async () => {
  await save("a", 1, 1000);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  await opened(store, "a");
  clearInterval(timer);
  expect(turns).toBeGreaterThan(4);
});

test("what is saved, deleted and pruned while the heads are read is in the timeline, and once", async () => {
  await save("a", 1, 300);
  family = new Family(store, "a");
  await save("a", 301, 310);
  await store.delete("a305");
  await store.prune("a", 100);
  await vi.waitFor(() => expect(family!.isComplete).toBe(true));
  const ids = async () => (await store.list("a")).reverse();
  await vi.waitFor(async () => expect(family!.get("a")!.heads.map(({ id }) => id)).toEqual(await ids()));
  await store.deleteTrace("a");
  await vi.waitFor(() => expect(family!.get("a")!.heads).toEqual([]));
});

test("a report that was missed has the trace read again, and only that", async () => {
  await save("a", 1, 3);
  await save("b", 1, 3);
  let tell: Parameters<Store["watch"]>[0] = () => undefined;
  const deaf = withMethods(store, { watch: (listener) => ((tell = listener), () => undefined) });
  const { store: watched, headsRead } = counted(deaf);
  const open = await opened(watched, "a");
  const read = headsRead();
  const changes: Parameters<typeof tell>[0][] = [];
  store.watch((change) => changes.push(change));
  await save("a", 4, 8);
  await vi.waitFor(() => expect(changes).toHaveLength(5));
  tell(changes[0]!);
  expect(headsRead()).toBe(read);
  tell(changes[4]!);
  await vi.waitFor(() =>
    expect(open.get("a")!.heads.map(({ id }) => id)).toEqual(["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]),
  );
  expect(headsRead() - read).toBe(8);
});

test("a run is shown with what it was forked from and what was forked from it, wherever one begins", async () => {
  await save("a", 1, 3);
  await fork("a2", "b");
  await save("b", 2, 3);
  await fork("b2", "c");
  await save("other", 1, 2);
  for (const start of ["a", "b", "c"]) {
    const open = await opened(store, start);
    expect(open.members.map(({ traceId }) => traceId)).toEqual(["a", "b", "c"]);
    open.close();
  }
});

test("traces that each say that they began with the other are shown", async () => {
  await store.trace("a").save({}, { id: "a1", parentId: "b1" });
  await store.trace("b").save({}, { id: "b1", parentId: "a1" });
  const open = await opened(store, "a");
  expect(
    laidOut(open)
      .rows.map(({ head }) => head.id)
      .sort(),
  ).toEqual(["a1", "b1"]);
});

test("a fork that is made later appears, and nothing else is read for it", async () => {
  await save("a", 1, 100);
  const { store: watched, headsRead } = counted(store);
  const open = await opened(watched, "a");
  const read = headsRead();
  await fork("a50", "b");
  await save("b", 2, 2);
  await vi.waitFor(() => expect(open.get("b")?.heads.map(({ id }) => id)).toEqual(["b1", "b2"]));
  expect(headsRead() - read).toBeLessThanOrEqual(2);
});

test("forks stand in lanes beside their origin, and lanes of finished ones are used again", async () => {
  await save("a", 1, 2);
  await fork("a1", "b");
  await save("b", 2, 3);
  await fork("a2", "c");
  await save("c", 2, 3);
  await save("a", 3, 3);
  await fork("a3", "d");
  await save("d", 2, 2);
  await save("a", 4, 4);
  const layout = laidOut(await opened(store, "a"));
  expect(drawn(layout)).toEqual([
    "a1",
    "a2",
    "| b1",
    "| b2",
    "| b3",
    "| c1",
    "| c2",
    "| c3",
    "a3",
    "| d1",
    "| d2",
    "a4",
  ]);
  expect(layout.lanes).toBe(2);
  const origins = layout.rows.flatMap(({ head, origin }) => (origin ? [`${head.id} of ${origin.id}`] : []));
  expect(origins).toEqual(["b1 of a1", "c1 of a2", "d1 of a3"]);
  expect(layout.rows.filter(({ isLatest }) => isLatest).map(({ head }) => head.id)).toEqual(["b3", "c3", "d2", "a4"]);
});

test("forks that go on side by side have lanes of their own, and an origin's line goes down to its last fork", async () => {
  await save("a", 1, 2);
  await fork("a2", "b");
  await save("b", 2, 2);
  await fork("a2", "c");
  await save("c", 2, 2);
  await save("b", 3, 3);
  const layout = laidOut(await opened(store, "a"));
  expect(drawn(layout)).toEqual(["a1", "a2", "| b1", "| b2", "| | c1", "| | c2", "| b3"]);
  expect(layout.tracks.map(({ traceId, lastRow, endRow }) => [traceId, lastRow, endRow])).toEqual([
    ["a", 1, 4],
    ["b", 6, 6],
    ["c", 5, 5],
  ]);
});

test("a checkpoint that did not grow from the one above it says so", async () => {
  await save("a", 1, 3);
  const run = store.trace("a");
  await run.load("a1");
  await run.save({}, { id: "a4" });
  const { rows } = laidOut(await opened(store, "a"));
  expect(rows.map(({ origin }) => origin?.id)).toEqual([undefined, undefined, undefined, "a1"]);
});

test("the newest is followed until one is selected, and again once it is asked for", () => {
  const now = (ids: readonly string[]) => ({ before: ids, after: new Set(ids), latestId: ids.at(-1) });
  let at = afterChange(FOLLOWING, now(["1", "2"]));
  expect(at).toEqual({ isFollowing: true, selectedId: "2" });
  at = afterChange(select("1"), now(["1", "2", "3"]));
  expect(at).toEqual({ isFollowing: false, selectedId: "1" });
  at = afterChange(follow("3"), now(["1", "2", "3", "4"]));
  expect(at).toEqual({ isFollowing: true, selectedId: "4" });
});

test("where the selected checkpoint is gone, the one before it is selected", () => {
  const before = ["1", "2", "3", "4"];
  const after = (ids: string[]) => afterChange(select("3"), { before, after: new Set(ids), latestId: ids.at(-1) });
  expect(after(["1", "2", "4"]).selectedId).toBe("2");
  expect(after(["4"]).selectedId).toBe("4");
  expect(after([]).selectedId).toBeUndefined();
});

test("a checkpoint is called what its head says of it, whatever that is", async () => {
  await store.trace("run-1").save({}, { id: "a", nextNode: "ask", metadata: { node: "search", note: "7 hits" } });
  await store.trace("run-1").save({}, { id: "b", nextNode: "ask", metadata: { node: 7, title: "Tidy up" } });
  await store.trace("run-1").save({}, { id: "c" });
  const heads = await Promise.all(["a", "b", "c"].map(async (id) => (await store.head(id))!));
  expect(heads.map(nodeOf)).toEqual(["search", "before ask", "end"]);
  expect(heads.map(noteOf)).toEqual(["7 hits", "next: ask", "complete"]);
  expect(heads.map(titleOf)).toEqual(["run-1", "Tidy up", "run-1"]);
});
