import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMemoryStore } from "../../../src/memory.ts";
import { jetstreamRemote, setUpJetstream } from "../../../src/remotes/jetstream.ts";
import { replicate } from "../../../src/replicate.ts";
import { findChromium } from "../../engines/chromium.mjs";
import { pageCode } from "../../engines/page-code.ts";
import { NatsServers } from "../../servers/nats.ts";

let servers: NatsServers;
let browser: Browser;
let pages: Server;
/** Of this machine's own: a browser lets no other page reach its servers. */
let origin: string;
beforeAll(async () => {
  servers = await NatsServers.start();
  await setUpJetstream(await servers.connect(), { stream: "runs", spaces: "runs" });
  const { executablePath, args } = await findChromium();
  browser = await chromium.launch({ executablePath, args });
  const code = await pageCode(new URL("replica-page.ts", import.meta.url));
  const body = `<!doctype html><title>replica</title><script type="module" src="/page.js"></script>`;
  pages = createServer(({ url }, response) => {
    const isCode = url === "/page.js";
    response.setHeader("content-type", isCode ? "text/javascript" : "text/html").end(isCode ? code : body);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
}, 60_000);
afterAll(async () => {
  await browser?.close();
  pages?.close();
  await servers.stop();
});

test("a run begins in Node, goes on in Chromium, and ends in Node", { timeout: 60_000 }, async () => {
  const page = await browser.newPage();
  await page.goto(origin);

  const store = createMemoryStore<{ log: string[] }>();
  const remote = jetstreamRemote(await servers.connect(), { stream: "runs", space: "runs" });
  const replication = replicate(store, remote, { device: "node" });
  const run = store.trace("run");
  const begun = await run.save({ log: ["node begins"] });
  await replication.synced("run");
  const there = await page.evaluate(
    (input) => (globalThis as unknown as { goOn(input: object): Promise<string[]> }).goOn(input),
    { url: servers.webSocketUrl, steps: 3 },
  );
  expect(there).toHaveLength(4);
  expect(there[3]).toBe(begun.id);
  await replication.synced("run");
  const state = (await run.loadLatest())!.state;
  expect(state).toEqual({ log: ["node begins", "browser 0", "browser 1", "browser 2"] });
  const ended = await run.save({ log: [...state.log, "node ends"] });
  await replication.synced("run");
  expect(await run.list()).toEqual([ended.id, ...there]);
  await replication.stop();
});
