import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createMemoryStore } from "../../src/memory.ts";
import { sendEvent } from "../../src/steps.ts";
import { pageCode } from "../engines/page-code.ts";
import { twentySteps } from "../steps/twenty-steps.ts";
import { ExtensionChromium, makeExtensionFolder } from "./extension-chromium.ts";
import { ExtensionWorker } from "./extension-worker.ts";

const MANIFEST = {
  manifest_version: 3,
  name: "Steps",
  version: "1",
  background: { service_worker: "worker.js", type: "module" },
};

test(
  "an extension's worker is stopped at each await of a run of 20 steps: nothing that is kept runs again, and all comes out the same",
  { timeout: 300_000 },
  async () => {
    const undisturbed = createMemoryStore().trace("run");
    await sendEvent(undisturbed, "answer", "yes");
    const expected = await twentySteps(undisturbed, () => {});

    const built = await makeExtensionFolder();
    onTestFinished(built.remove);
    const files = {
      "manifest.json": JSON.stringify(MANIFEST),
      "worker.js": await pageCode(new URL("../steps/driver.ts", import.meta.url)),
      "page.js": await pageCode(new URL("extension-steps-page.ts", import.meta.url)),
      "page.html": "<!doctype html><title>steps</title><script type=module src=page.js></script>",
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(built.dir, name), content);
    const chromium = await ExtensionChromium.start(built);
    onTestFinished(() => chromium.close());
    const page = await chromium.context.newPage();
    await page.goto(chromium.url("page.html"));
    const worker = await ExtensionWorker.of(page);
    await page.exposeFunction("stopWorker", () => worker.stop());

    let stops = 0;
    for (let wasKilled = true; wasKilled;) {
      const run = await page.evaluate((diesAt) => stepsPage.driveAndStop(diesAt), stops);
      expect({ ...run, stops }).toEqual({ ...run, result: expected, wrong: [], stops });
      ({ wasKilled } = run);
      if (wasKilled) stops += 1;
    }
    expect(stops).toBeGreaterThan(20);
  },
);
