import { onTestFinished, expect, test } from "vitest";
import { WaystoneSaver } from "waystone/langgraph";
import { freshStore } from "../fresh-store.ts";
import type { GraphAnswer, GraphOrder } from "./graph-worker.ts";
import { slowGraph } from "./slow-graph.ts";

const THREAD = { configurable: { thread_id: "thread" }, durability: "sync" } as const;

/** A worker that runs the slow graph. */
function startRun(order: GraphOrder) {
  const worker = new Worker(new URL("graph-worker.ts", import.meta.url), { type: "module" });
  onTestFinished(() => worker.terminate());
  const answers: GraphAnswer[] = [];
  let wake = (): void => undefined;
  worker.addEventListener("message", ({ data }: MessageEvent<GraphAnswer>) => {
    answers.push(data);
    wake();
  });
  worker.postMessage(order);
  return {
    /** Waits for an answer that fits. */
    async hears(fits: (answer: GraphAnswer) => boolean): Promise<GraphAnswer> {
      for (;;) {
        const found = answers.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    kill: () => worker.terminate(),
  };
}

const starts = (node: string) => (answer: GraphAnswer) => "node" in answer && answer.node === node;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test.each([
  ["slow", ["slow", "in 1", "in 2"]],
  ["in 2", ["in 2"]],
])(
  "a run whose worker is killed during %s goes on in the page, and repeats nothing that was done",
  async (at, again) => {
    const name = crypto.randomUUID();
    const store = await freshStore({ name });
    const run = startRun({ store: name, takesOver: false });
    await run.hears(starts(at));
    // What is beside it is done, and stored.
    await pause(100);
    run.kill();
    const ran: string[] = [];
    const { log } = await slowGraph(new WaystoneSaver(store), (node) => ran.push(node)).invoke(null, THREAD);
    expect(ran).toEqual(again);
    expect(log).toEqual(["first", "quick", "slow", "in 1", "in 2"]);
  },
);

test("a thread that is taken over is driven by one tab at a time; the next goes on where the one before was killed", async () => {
  const name = crypto.randomUUID();
  const store = await freshStore({ name });
  const run = startRun({ store: name, takesOver: true });
  await run.hears(starts("slow"));
  await pause(100);
  const ran: string[] = [];
  const next = new WaystoneSaver(store).takeOver("thread", ({ saver }) =>
    slowGraph(saver, (node) => ran.push(node)).invoke(null, THREAD),
  );
  await pause(50);
  expect(ran).toEqual([]);
  run.kill();
  expect((await next).log).toEqual(["first", "quick", "slow", "in 1", "in 2"]);
  expect(ran).toEqual(["slow", "in 1", "in 2"]);
});

test("an owner whose thread was stolen can save no more, in a subgraph either", async () => {
  const name = crypto.randomUUID();
  const store = await freshStore({ name });
  const run = startRun({ store: name, takesOver: true });
  await run.hears(starts("in 2"));
  const saver = new WaystoneSaver(store);
  await saver.takeOver(
    "thread",
    async () => {
      const before = await store.traces();
      expect(before.length).toBeGreaterThan(1);
      expect(await run.hears((answer) => "failed" in answer || "done" in answer)).toEqual({ failed: "conflict" });
      expect(await store.traces()).toEqual(before);
    },
    { steal: true },
  );
});
