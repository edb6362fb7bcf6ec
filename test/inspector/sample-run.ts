import type { Store } from "../../src/index.ts";

const NODES = ["split", "search", "judge", "weigh", "draft"];

/** The state of the run, as it is after some steps. */
export function sampleState(steps: number): object {
  return {
    goal: "A field notebook that works offline",
    startedAt: new Date(1_790_000_000_000),
    seen: new Set(["service workers", "indexeddb"]),
    needs: new Map([["offline", { verdict: "available", since: 2018 }]]),
    log: Array.from({ length: steps }, (_, i) => ({ at: new Date(1_790_000_000_000 + i), text: `step ${i + 1}` })),
  };
}

/** Saves an agent's run of so many steps, which a fork or two may go on from. */
export async function saveSampleRun(
  store: Store,
  traceId: string,
  { steps, isDone = true }: { readonly steps: number; readonly isDone?: boolean },
): Promise<void> {
  const run = store.trace(traceId);
  const last = (await run.loadLatest())?.state as { readonly log: unknown[] } | undefined;
  const before = last?.log.length ?? 0;
  for (let i = before + 1; i <= before + steps; i += 1) {
    const node = NODES[i % NODES.length]!;
    const isLast = i === before + steps && isDone;
    await run.save(sampleState(i), {
      id: `${traceId}-${i}`,
      createdAt: Date.now() - 1000,
      ...(!isLast && { nextNode: NODES[(i + 1) % NODES.length]! }),
      metadata: {
        node,
        step: node,
        kind: "run",
        note: `what ${node} has found, ${i} in all`,
        title: "A field notebook that works offline",
      },
    });
  }
}
