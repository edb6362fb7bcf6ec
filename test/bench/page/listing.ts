import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import { openStore } from "../../../src/index.ts";
import { assertEqual } from "../work/equal.ts";
import { traceId } from "../work/task.ts";
import { DATABASE } from "./one-run.ts";

/** As many as a page of a list shows. */
const PAGE = 50;

/** Stores this many traces, of one checkpoint each. */
export async function fillTraces(traces: number): Promise<void> {
  const store = await openStore(DATABASE, { durability: "relaxed" });
  const ids = Array.from({ length: traces }, (_, trace) => traceId(trace));
  await Promise.all(ids.map((id) => store.saveWithTrace(id, createCheckpoint({ id, messages: ["hello"] }))));
  await store.close();
}

/** How long it takes to list all traces, and to list the latest of them. */
export async function listTraces({ traces, times }: { traces: number; times: number }) {
  const store = await openStore(DATABASE);
  const figures = { allTraces: [] as number[], latestTraces: [] as number[] };
  for (const [name, limit] of [
    ["allTraces", undefined],
    ["latestTraces", PAGE],
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
