// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { chromium } from "playwright";
import { findChromium } from "../engines/chromium.mjs";

// node test/e2e/demo-command.mjs npm run demo
// Runs the command that serves the demo, as a newcomer does, and opens the page it names. Fails unless the page is there
// without a complaint.

const START_TIMEOUT_MS = 60_000;

const [command = "", ...args] = process.argv.slice(2);
// A process group of its own, so that what the command starts ends with it.
const server = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
const ended = once(server, "exit");
try {
  const url = await firstUrl();
  const complaints = await open(url);
  if (complaints.length > 0) throw new Error(`The demo's page complained:\n${complaints.join("\n")}`);
  console.warn(`The demo is at ${url}, without a complaint.`);
} finally {
  if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, "SIGTERM");
  await ended;
}

/** @returns {Promise<string>} */
async function firstUrl() {
  const timer = setTimeout(
    () => server.stdout.destroy(new Error("The demo named no address in time.")),
    START_TIMEOUT_MS,
  );
  let output = "";
  for await (const line of createInterface({ input: server.stdout })) {
    output += `${line}\n`;
    const [url] = /http:\/\/localhost:\d+\/\S*/.exec(line) ?? [];
    if (url === undefined) continue;
    clearTimeout(timer);
    server.stdout.resume();
    return url;
  }
  throw new Error(`The demo ended without naming an address:\n${output}`);
}

/**
 * @param {string} url
 * @returns {Promise<string[]>} what the page complained about
 */
async function open(url) {
  const { executablePath, args } = await findChromium();
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    await page.goto(url);
    await page.getByRole("button", { name: "Start the scout" }).click();
    await page.locator("waystone-timeline").getByRole("option").nth(1).waitFor();
    return complaints;
  } finally {
    await browser.close();
  }
}
