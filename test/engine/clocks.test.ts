import { afterEach, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { deleteStore, openStore } from "../../src/index.ts";
import type { Store } from "../../src/core/store.ts";
import { assertEqual } from "../../src/testing/assertions.ts";
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

/** Saves by clocks that jump, and compares all that tells an order on the way and at the end. Returns how many. */
async function saveInOrder(stores: readonly Store[], saves: number): Promise<number> {
  const draw = numbers(1_124);
  vi.useFakeTimers({ toFake: ["Date"] });
  let now = Date.UTC(2026, 10, 24);
  const order: Record<string, string[]> = { one: [], two: [] };
  for (let save = 0; save < saves; save++) {
    now = Math.min(LAST_MS, MOVES[draw(MOVES.length)]!(now, draw));
    vi.setSystemTime(now);
    const traceId = draw(3) === 0 ? "two" : "one";
    const store = stores[draw(stores.length)]!;
    await store.saveWithTrace(traceId, {
      id: `${save}`,
      createdAt: draw(2) === 0 ? now : draw(1_000),
      state: { save },
    });
    order[traceId]!.unshift(`${save}`);
    if (draw(20) > 0) continue;
    // Of two traces, two connections know by their clocks alone which was saved to last.
    if (stores.length === 1)
      await assertEqual((await store.traces())[0]!.traceId, traceId, "the trace that was saved to last");
    await assertEqual((await store.loadLatest(traceId))?.state, { save }, "loadLatest");
  }
  for (const [traceId, ids] of Object.entries(order)) {
    for (const store of stores) await assertEqual(await store.list(traceId), ids, `list(${traceId})`);
    const history: string[] = [];
    for await (const { id } of stores[0]!.history(traceId)) history.push(id);
    await assertEqual(history, ids, `history(${traceId})`);
  }
  return order.one!.length + order.two!.length;
}

const saves = times({ short: 250, long: 1_000 });

test(
  `in memory, ${saves} saves by clocks that jump: the order is that of the saves`,
  { timeout: 120_000 },
  async () => {
    const store = createMemoryStore();
    expect(await saveInOrder([store], saves)).toBe(saves);
  },
);

test(
  `by two connections to IndexedDB, ${saves} saves by clocks that jump: the order is that of the saves`,
  { timeout: 120_000 },
  async () => {
    const name = `clocks-${crypto.randomUUID()}`;
    const stores = [await openStore(name, { durability: "relaxed" }), await openStore(name, { durability: "relaxed" })];
    expect(await saveInOrder(stores, saves)).toBe(saves);
    for (const store of stores) await store.close();
    vi.useRealTimers();
    await deleteStore(name);
  },
);
