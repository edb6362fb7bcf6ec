import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CDPSession, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serveDemo } from "./demo-server.mjs";
import { startChromium, type OwnChromium } from "./own-chromium.ts";

const module = `/@fs${fileURLToPath(new URL("passkey-page.ts", import.meta.url))}`;
const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));

let profile: string;
let demo: Awaited<ReturnType<typeof serveDemo>>;
let chromium: OwnChromium;
let page: Page;
let session: CDPSession;

beforeAll(async () => {
  await mkdir(cache, { recursive: true });
  [profile, demo] = await Promise.all([mkdtemp(join(cache, "passkey-")), serveDemo()]);
  chromium = await startChromium(profile);
});

afterAll(async () => {
  await chromium.kill();
  await demo.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

beforeEach(async () => {
  page = await chromium.context.newPage();
  // Passkeys belong to a domain, which an address is not.
  const { port } = new URL(demo.url);
  await page.goto(`http://localhost:${port}/`);
  session = await chromium.context.newCDPSession(page);
  await session.send("WebAuthn.enable");
});

/** Plugs in an authenticator whose user agrees to everything. */
async function plugIn({ hasPrf = true } = {}): Promise<string> {
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
}

/** As text: an import in a function would be one of the test runner's. */
function onPage(call: "save" | "read" | "lose", ...args: readonly unknown[]): Promise<string> {
  return page.evaluate(`import(${JSON.stringify(module)}).then((page) => page.${call}(...${JSON.stringify(args)}))`);
}

test("a passkey opens what it has encrypted, also on the next page, and once what is known of it is lost", async () => {
  const authenticatorId = await plugIn();
  const id = await onPage("save", "kept");
  const right = `right ${id} kept`;
  const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
  expect(credentials).toHaveLength(1);
  await page.reload();
  expect(await onPage("read", "kept")).toBe(right);
  await onPage("lose", "database");
  expect(await onPage("read", "kept")).toBe(right);
  await onPage("lose", "all");
  expect(await onPage("read", "kept", { useExisting: true })).toBe(right);
  expect(await onPage("read", "kept")).toBe(right);
  // None of that has made another one.
  const after = await session.send("WebAuthn.getCredentials", { authenticatorId });
  expect(after.credentials).toHaveLength(1);
});

test("each name has a key of its own, and another passkey does not open what one has encrypted", async () => {
  await plugIn();
  const one = await onPage("save", "one");
  const two = await onPage("save", "two");
  expect(one).not.toBe(two);
  await onPage("lose", "all");
  // Whoever gives up what there was gets a new key, which reads nothing of it.
  expect(await onPage("read", "one", { allowNewKeys: true })).toBe("codec-mismatch CheckpointStoreError");
});

test("without the authenticator, or with one that can't derive secrets or whose user declines, there is no key", async () => {
  const authenticatorId = await plugIn();
  await onPage("save", "gone");
  await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  expect(await onPage("read", "gone")).toBe("unavailable NotAllowedError");
  await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  await session.send("WebAuthn.clearCredentials", { authenticatorId });
  expect(await onPage("read", "gone")).toBe("unavailable NotAllowedError");
  await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  await plugIn({ hasPrf: false });
  expect(await onPage("read", "without PRF")).toBe("unavailable undefined");
});
