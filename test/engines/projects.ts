import { playwright } from "@vitest/browser-playwright";
import type { TestProjectInlineConfiguration, ViteUserConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { findChromium, type Chromium } from "./chromium.mjs";
import { formatsOnDisk } from "./database-formats.ts";
import { findFirefox, firefox } from "./firefox.ts";
import { profileOnDisk } from "./profile.ts";
import { findWebKit, webkit } from "./webkit.ts";

/** A browser to run tests in. */
interface Engine {
  /** The project's name. */
  readonly name: string;
  /** The one of Vitest's browsers that it is. */
  readonly browser: string;
  readonly provider: BrowserProviderOption;
  /** The folder with all that it keeps. */
  readonly profile: string;
  /** The tests to run, where that isn't all of them. */
  readonly include?: readonly string[];
}

/** The part of `conformance.test.ts` that is about IndexedDB. */
const INDEXED_DB_ALONE = "test/conformance/indexeddb.browser.test.ts";

/** What depends on how an engine keeps its databases. */
const OF_STORAGE = [INDEXED_DB_ALONE, "test/conformance/model.test.ts", "test/{engines,damage,takeover}/*.test.ts"];

/**
 * Where the tests run: Node, each browser engine that this machine has, and last those that drive a browser
 * themselves, end to end and against its faults.
 *
 * A file `name.test.ts` runs in Node and in every engine, `name.node.test.ts` in Node alone, `name.browser.test.ts` in
 * the engines alone. `shared` is what all of them are served with. The projects take turns, so that no engine's timing
 * suffers from another's load.
 */
export async function testProjects(shared: ViteUserConfig): Promise<TestProjectInlineConfiguration[]> {
  const engines = await findEngines();
  return [
    {
      ...shared,
      test: {
        name: "node",
        include: ["test/**/*.test.ts"],
        exclude: ["test/**/*.browser.test.ts", "test/{e2e,faults}/**"],
        setupFiles: ["test/engines/node.ts"],
        sequence: { groupOrder: 1 },
      },
    },
    ...engines.map((engine, index) => ({ ...shared, ...browserProject(engine, index + 2) })),
    { ...shared, test: drivingProject("e2e", { timeoutMs: 120_000, groupOrder: engines.length + 2 }) },
    { ...shared, test: drivingProject("faults", { timeoutMs: 300_000, groupOrder: engines.length + 3 }) },
  ];
}

async function findEngines(): Promise<Engine[]> {
  const chromium = await findChromium();
  const firefoxPath = findFirefox();
  const webkitPrograms = findWebKit();
  reportMissing([
    ...(firefoxPath ? [] : [{ engine: "Firefox", packages: "firefox-esr" }]),
    ...(webkitPrograms ? [] : [{ engine: "WebKitGTK", packages: "webkit2gtk-driver xvfb" }]),
  ]);
  return [
    inChromium("chromium", chromium),
    {
      // The backend that Chromium's IndexedDB is moving to.
      ...inChromium("chromium-sqlite", chromium, ["--enable-features=IdbSqliteBackingStore,IdbSqliteOnDiskRollout"]),
      include: OF_STORAGE,
    },
    ...(firefoxPath ? [inOther("firefox", (profile) => firefox(firefoxPath, profile))] : []),
    ...(webkitPrograms ? [inOther("webkit", (profile) => webkit(webkitPrograms, profile))] : []),
  ];
}

function inChromium(name: string, { executablePath, args }: Chromium, features: readonly string[] = []): Engine {
  const profile = profileOnDisk(name);
  const launchOptions = { executablePath, args: [...args, ...features] };
  return { name, browser: "chromium", profile, provider: playwright({ launchOptions, persistentContext: profile }) };
}

function inOther(name: string, provide: (profile: string) => BrowserProviderOption): Engine {
  const profile = profileOnDisk(name);
  return { name, browser: name, profile, provider: provide(profile) };
}

function browserProject({ name, browser, provider, profile, include }: Engine, groupOrder: number) {
  return {
    // Known from the start: a dependency that is only discovered during the run makes the page load again.
    optimizeDeps: { include: ["idb", "superjson", "fast-check", "vitest"] },
    test: {
      include: [...(include ?? ["test/**/*.test.ts"])],
      exclude: ["test/**/*.node.test.ts", "test/{e2e,faults}/**", ...(include ? [] : [INDEXED_DB_ALONE])],
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
        commands: { databaseFormats: () => formatsOnDisk(profile) },
        // Typed for the names that Playwright knows; the providers here declare their own.
        instances: [{ browser: browser as "chromium", name }],
      },
    },
  } satisfies TestProjectInlineConfiguration;
}

function drivingProject(name: string, { timeoutMs, groupOrder }: { timeoutMs: number; groupOrder: number }) {
  return {
    name,
    include: [`test/${name}/**/*.test.ts`],
    fileParallelism: false,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    sequence: { groupOrder },
  };
}

function reportMissing(missing: readonly { engine: string; packages: string }[]): void {
  if (missing.length === 0) return;
  const line =
    `Not found, so not tested in: ${missing.map(({ engine }) => engine).join(", ")}. ` +
    `To add: apt-get install ${missing.map(({ packages }) => packages).join(" ")}`;
  if (process.env.WAYSTONE_ENGINES === "all") throw new Error(line);
  console.warn(line);
}
