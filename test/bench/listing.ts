import { createCheckpoint } from "../../src/core/checkpoint.ts";
import { openStore } from "../../src/index.ts";
import { assertEqual } from "./equal.ts";
import { traceId } from "./task.ts";

const DATABASE = "bench";
/** As many as a page of a list shows. */
const PAGE = 50;

/** Stores this many traces, of one checkpoint each. */
export async function fillTraces(traces: number): Promise<void> {
  const store = await openStore(DATABASE, { durability: "relaxed" });
  const left = Array.from({ length: traces }, (_, trace) => trace).values();
  const work = async () => {
    for (const trace of left)
      await store.saveWithTrace(traceId(trace), createCheckpoint({ trace, messages: ["hello"] }));
  };
  await Promise.all(Array.from({ length: 8 }, work));
  await store.close();
}

/** How long it takes to list all traces, and to list the latest of them; ms, each call's own. */
export async function listTraces({ traces, times }: { traces: number; times: number }) {
  const store = await openStore(DATABASE);
  const figures = { all: [] as number[], page: [] as number[] };
  for (const [name, limit] of [
    ["all", undefined],
    ["page", PAGE],
  ] as const) {
    // The first results pay for cold code and are not counted.
    for (let time = -2; time < times; time++) {
      const start = performance.now();
      const listed = await store.traces(limit === undefined ? {} : { limit });
      const duration = performance.now() - start;
      assertEqual(listed.length, Math.min(traces, limit ?? traces), "traces listed");
      if (time >= 0) figures[name].push(duration);
    }
  }
  await store.close();
  return figures;
}
