import { afterEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { deleteStore, openStore } from "../../src/index.ts";
import type { Store } from "../../src/core/store.ts";
import { numbers } from "../../src/testing/steps.ts";
import { times } from "../length.ts";

afterEach(() => void vi.useRealTimers());

/** The last that a Date can hold. */
const LAST_MS = 8.64e15;
const YEAR_MS = 365 * 86_400_000;
/** What a clock does between two saves: stands, goes on, is set back or far ahead, or starts from nothing. */
const MOVES: readonly ((now: number, draw: (bound: number) => number) => number)[] = [
  (now) => now,
  (now, draw) => now + draw(5),
  (now, draw) => now - draw(100_000),
  (now, draw) => now + draw(80) * YEAR_MS,
  (now, draw) => Math.max(0, now - draw(80) * YEAR_MS),
  () => 0,
  () => LAST_MS,
  () => Date.UTC(2026, 10, 24),
];

async function assertOrdered(stores: readonly Store[], saves: number): Promise<void> {
  const draw = numbers(1_124);
  vi.useFakeTimers({ toFake: ["Date"] });
  let now = Date.UTC(2026, 10, 24);
  const order: Record<string, string[]> = { one: [], two: [] };
  for (let save = 0; save < saves; save++) {
    now = Math.min(LAST_MS, MOVES[draw(MOVES.length)]!(now, draw));
    vi.setSystemTime(now);
    const traceId = draw(3) === 0 ? "two" : "one";
    const store = stores[draw(stores.length)]!;
    await store.saveWithTrace(traceId, { id: `${save}`, createdAt: draw(2) === 0 ? now : draw(1_000), state: { save } });
    order[traceId]!.unshift(`${save}`);
    if (draw(20) === 0) expect((await stores[0]!.traces())[0]!.traceId).toBe(traceId);
    if (draw(20) === 0) expect((await store.loadLatest(traceId))?.state).toEqual({ save });
  }
  for (const [traceId, ids] of Object.entries(order)) {
    for (const store of stores) expect(await store.list(traceId)).toEqual(ids);
    const history: string[] = [];
    for await (const { id } of stores[0]!.history(traceId)) history.push(id);
    expect(history).toEqual(ids);
  }
  expect(order.one!.length + order.two!.length).toBe(saves);
}

const saves = times({ short: 250, long: 1_000 });

test(`in memory, ${saves} saves by clocks that jump: the order is that of the saves`, { timeout: 120_000 }, async () => {
  const store = createMemoryStore();
  await assertOrdered([store], saves);
});

test(`by two connections to IndexedDB, ${saves} saves by clocks that jump: the order is that of the saves`, { timeout: 120_000 }, async () => {
  const name = `clocks-${crypto.randomUUID()}`;
  const stores = [await openStore(name, { durability: "relaxed" }), await openStore(name, { durability: "relaxed" })];
  await assertOrdered(stores, saves);
  for (const store of stores) await store.close();
  vi.useRealTimers();
  await deleteStore(name);
});
