import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { pageCode } from "../engines/page-code.ts";
import type { AgentOrder } from "./extension-adapters-worker.ts";
import { ExtensionChromium, makeExtensionFolder } from "./extension-chromium.ts";
import { ExtensionWorker } from "./extension-worker.ts";

const MANIFEST = {
  manifest_version: 3,
  name: "Agents",
  version: "1",
  background: { service_worker: "worker.js", type: "module" },
};

test("an extension's worker that is stopped in the middle of an agent's run goes on when it is started again, and repeats nothing that was done", async () => {
  const built = await makeExtensionFolder();
  onTestFinished(built.remove);
  await writeFile(join(built.dir, "manifest.json"), JSON.stringify(MANIFEST));
  await writeFile(join(built.dir, "page.html"), "<!doctype html><title>agents</title>");
  await writeFile(
    join(built.dir, "worker.js"),
    await pageCode(new URL("extension-adapters-worker.ts", import.meta.url)),
  );
  const chromium = await ExtensionChromium.start(built);
  onTestFinished(() => chromium.close());
  const page = await chromium.context.newPage();
  await page.goto(chromium.url("page.html"));
  const worker = await ExtensionWorker.of(page);

  /** Has the worker run an agent. Returns what it has told when it dies, or is done. */
  const run = (order: AgentOrder) =>
    page.evaluate(async (order) => {
      const channel = new BroadcastChannel(order.agent);
      const told: string[] = [];
      const { active } = await navigator.serviceWorker.ready;
      await new Promise<void>((resolve) => {
        channel.addEventListener("message", ({ data }: MessageEvent<string>) => {
          told.push(data);
          if (data === order.diesAt || /^(done|failed): /.test(data)) resolve();
        });
        active!.postMessage(order);
      });
      channel.close();
      return told;
    }, order);

  const agents = [
    { agent: "langgraph", diesAt: "slow", rest: ["slow", "in 1", "in 2", "done: first,quick,slow,in 1,in 2"] },
    { agent: "openai-agents", diesAt: "count 2", rest: ["count 2", "count 3", "done: counted to 3"] },
  ] as const;
  for (const { agent, diesAt, rest } of agents) {
    expect((await run({ agent, diesAt })).at(-1)).toBe(diesAt);
    // What is beside it is done, and stored.
    await wait(150);
    await worker.stop();
    expect(await run({ agent, diesAt: undefined })).toEqual(rest);
  }

  expect((await run({ agent: "ai-sdk", diesAt: "weather of Turin" })).at(-1)).toBe("weather of Turin");
  await wait(150);
  await worker.stop();
  const told = await run({ agent: "ai-sdk", diesAt: undefined });
  expect(told.filter((what) => /^(model \d|weather of \w+|done.*)$/.test(what))).toEqual([
    "weather of Turin",
    "model 3",
    "done: Go to Turin.",
  ]);
});
