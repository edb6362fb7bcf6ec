import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pageCode } from "../engines/page-code.ts";
import type { BuiltExtension } from "./extension-chromium.ts";
import { ExtensionChromium, makeExtensionFolder } from "./extension-chromium.ts";

const MANIFEST = {
  manifest_version: 3,
  name: "The conformance kit",
  version: "1",
  background: { service_worker: "worker.js", type: "module" },
};

async function buildKitExtension(): Promise<BuiltExtension> {
  const made = await makeExtensionFolder();
  const files = {
    "manifest.json": JSON.stringify(MANIFEST),
    "worker.js": await pageCode(new URL("../conformance/places/place.ts", import.meta.url)),
    "page.js": await pageCode(new URL("extension-kit-page.ts", import.meta.url)),
    "page.html": "<!doctype html><title>kit</title><script type=module src=page.js></script>",
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(made.dir, name), content);
  return made;
}

test("the kit passes in an extension's worker", { timeout: 600_000 }, async () => {
  const built = await buildKitExtension();
  onTestFinished(built.remove);
  const chromium = await ExtensionChromium.start(built);
  onTestFinished(() => chromium.close());
  const page = await chromium.context.newPage();
  await page.goto(chromium.url("page.html"));
  const { scope, passed, failed, expected } = await page.evaluate(() => kitPage.runKit());
  expect(failed).toEqual({});
  expect(scope).toBe("ServiceWorkerGlobalScope");
  expect(passed).toEqual(expected);
  expect(passed.length).toBeGreaterThan(400);
});
