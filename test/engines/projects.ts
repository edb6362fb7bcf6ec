import { playwright } from "@vitest/browser-playwright";
import type { TestProjectInlineConfiguration, ViteUserConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { findChromium, ON_SQLITE_ARGS, type Chromium } from "./chromium.mjs";
import { formatsOnDisk } from "./database-formats.ts";
import { findFirefox, firefox } from "./firefox.ts";
import { profileOnDisk } from "./profile.ts";
import { findWebKit, webkit } from "./webkit.ts";

/** Tests that drive browsers themselves. */
const DRIVING = ["test/e2e/**", "test/faults/**"];
/** The kit on the databases that Chromium is moving to. */
const ON_SQLITE = "test/conformance/sqlite.browser.test.ts";
/** What does not depend on the engine takes minutes in the slower two, and is run in Chromium. */
const IN_CHROMIUM = ["test/archive/**", "test/damage/**", "test/conformance/encrypted*"];
/** Takes a minute or two in each engine, which has it in workers in any case. */
const LONG_IN_PAGES = ["test/conformance/structured-clone.test.ts"];

/**
 * Where the tests run: Node, each browser engine that this machine has, and last what drives browsers itself: the
 * end-to-end tests and the faults.
 *
 * A file `name.test.ts` runs in Node and in every engine, `name.node.test.ts` in Node alone, `name.browser.test.ts` in
 * the engines alone. `shared` is what all of them are served with. The projects take turns, so that no engine's timing
 * suffers from another's load.
 */
export async function testProjects(shared: ViteUserConfig): Promise<TestProjectInlineConfiguration[]> {
  const chromium = await findChromium();
  const { executablePath, args } = chromium;
  const firefoxPath = findFirefox();
  const webkitPrograms = findWebKit();
  reportMissing([
    ...(firefoxPath ? [] : [{ engine: "Firefox", packages: "firefox-esr" }]),
    ...(webkitPrograms ? [] : [{ engine: "WebKitGTK", packages: "webkit2gtk-driver xvfb" }]),
  ]);

  const engines: [string, BrowserProviderOption][] = [
    ["chromium", playwright({ launchOptions: { executablePath, args }, persistentContext: profileOnDisk("chromium") })],
  ];
  if (firefoxPath) engines.push(["firefox", firefox(firefoxPath)]);
  if (webkitPrograms) engines.push(["webkit", webkit(webkitPrograms)]);

  return [
    {
      ...shared,
      test: {
        name: "node",
        include: ["test/**/*.test.ts"],
        exclude: ["test/**/*.browser.test.ts", ...DRIVING],
        setupFiles: ["test/engines/node.ts"],
        // Left alone, Vitest keeps one core of two for itself.
        maxWorkers: 2,
        sequence: { groupOrder: 1 },
      },
    },
    ...engines.map(([engine, provider], index) => {
      const exclude = [...(engine === "chromium" ? [] : IN_CHROMIUM), ...(shared.mode === "long" ? [] : LONG_IN_PAGES)];
      return { ...shared, ...browserProject(engine, { provider, exclude, groupOrder: index + 2 }) };
    }),
    { ...shared, ...sqliteProject(chromium, engines.length + 2) },
    {
      ...shared,
      test: {
        name: "e2e",
        include: DRIVING.map((folder) => `${folder}/*.test.ts`),
        fileParallelism: false,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        sequence: { groupOrder: engines.length + 3 },
      },
    },
  ];
}

function browserProject(
  engine: string,
  {
    provider,
    exclude,
    groupOrder,
  }: { provider: BrowserProviderOption; exclude: readonly string[]; groupOrder: number },
) {
  return {
    // Known from the start: a dependency that is only discovered during the run makes the page load again.
    optimizeDeps: { include: ["idb", "superjson", "fast-check", "vitest"] },
    test: {
      include: ["test/**/*.test.ts"],
      exclude: ["test/**/*.node.test.ts", ON_SQLITE, ...DRIVING, ...exclude],
      fileParallelism: false,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      sequence: { groupOrder },
      browser: {
        enabled: true,
        headless: true,
        ui: false,
        screenshotFailures: false,
        provider,
        // Typed for the names that Playwright knows; the providers here declare their own.
        instances: [{ browser: engine as "chromium", name: engine }],
      },
    },
  } satisfies TestProjectInlineConfiguration;
}

function sqliteProject({ executablePath, args }: Chromium, groupOrder: number) {
  const name = "chromium-sqlite";
  const profile = profileOnDisk(name);
  const launchOptions = { executablePath, args: [...args, ...ON_SQLITE_ARGS] };
  const { test, ...rest } = browserProject("chromium", {
    provider: playwright({ launchOptions, persistentContext: profile }),
    exclude: [],
    groupOrder,
  });
  const browser = {
    ...test.browser,
    instances: [{ browser: "chromium" as const, name }],
    commands: { databaseFormats: () => formatsOnDisk(profile) },
  };
  return { ...rest, test: { ...test, include: [ON_SQLITE], exclude: [], browser } };
}

function reportMissing(missing: readonly { engine: string; packages: string }[]): void {
  if (missing.length === 0) return;
  const line =
    `Not found, so not tested in: ${missing.map(({ engine }) => engine).join(", ")}. ` +
    `To add: apt-get install ${missing.map(({ packages }) => packages).join(" ")}`;
  if (process.env.WAYSTONE_ENGINES === "all") throw new Error(line);
  console.warn(line);
}
