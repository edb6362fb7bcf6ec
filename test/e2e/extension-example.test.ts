import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { build } from "vite";
import { ExtensionChromium, makeExtensionFolder } from "./extension-chromium.ts";
import { ExtensionWorker } from "./extension-worker.ts";

test("the example of an extension goes on in the next worker, when its worker was killed", async () => {
  const built = await makeExtensionFolder();
  onTestFinished(built.remove);
  const configFile = join(import.meta.dirname, "../../examples/6-extension/vite.config.ts");
  await build({ configFile, logLevel: "error", build: { outDir: built.dir } });
  const chromium = await ExtensionChromium.start(built);
  onTestFinished(() => chromium.close());
  const page = await chromium.context.newPage();
  await page.goto(chromium.url("page.html"));
  const worker = await ExtensionWorker.of(page);
  const kept = page.getByLabel("What is kept");
  await kept.filter({ hasText: "pack coat" }).waitFor();

  // What the button does instead, `chrome.runtime.reload`, disables an extension that a debugger has loaded.
  await worker.stop();
  await page.reload();
  await page.getByText("We go, with shoes, coat, umbrella, lunch, map.").waitFor();
  const lines = (await kept.textContent())!.split("\n");
  const steps = lines.map((line) => line.replace(/^.*?(?=pack|start|end)/, ""));
  const things = ["shoes", "coat", "umbrella", "lunch", "map"].map((thing) => `pack ${thing}`);
  expect(steps).toEqual(["start", ...things, "end"]);

  const closed = page.waitForEvent("close");
  // The page is gone before it could say that it was clicked.
  await page
    .getByRole("button", { name: "Kill the worker" })
    .click()
    .catch(() => undefined);
  await closed;
});
