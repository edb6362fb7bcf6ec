import { playwright } from "@vitest/browser-playwright";
import type { TestProjectInlineConfiguration, ViteUserConfig } from "vitest/config";
import type { BrowserProviderOption } from "vitest/node";
import { whyNoDiskImage } from "../faults/engines/disk-image.ts";
import { findNats } from "../servers/nats.ts";
import { findPostgres } from "../servers/postgres.ts";
import { askedFor, type Browser } from "./asked-for.mjs";
import { findChromium, ON_SQLITE_ARGS } from "./chromium.mjs";
import { formatsOnDisk } from "./database-formats.ts";
import { findFirefox, firefox } from "./firefox.ts";
import { tellMissing } from "./missing.ts";
import { profileOnDisk } from "./profile.ts";
import { suitesOf, type Suite, type SuiteName, type Tier } from "./tiers.ts";
import { findWebKit, webkit } from "./webkit.ts";

/**
 * What Vitest runs in this mode, which is a tier or, for whoever names a file, Vitest's own: then it is all there is.
 *
 * Warns in one line of what this machine lacks. `shared` is what all files are served with. The projects take turns, so
 * that no browser's timing suffers from another's load.
 */
export async function testProjects(shared: ViteUserConfig): Promise<TestProjectInlineConfiguration[]> {
  if (shared.mode === "quick")
    return suitesOf("quick", NODE_ALONE).map((suite) => ({ ...shared, ...inNode(suite, 1) }));
  const tier: Tier = shared.mode === "first" || shared.mode === "long" ? shared.mode : "all";
  const chromium = await findChromium();
  const firefoxPath = findFirefox();
  const webkitPrograms = findWebKit();
  const machine = {
    hasFullChromium: chromium.isFull,
    hasFirefox: firefoxPath !== undefined,
    hasWebKit: webkitPrograms !== undefined,
    hasPostgres: findPostgres() !== undefined,
    hasNats: findNats() !== undefined,
  };
  const missing = tellMissing(machine, await whyNoDiskImage());
  if (missing !== undefined) console.warn(missing);

  const inChromium = (profile: string, flags: readonly string[]): BrowserProviderOption =>
    playwright({
      launchOptions: { executablePath: chromium.executablePath, args: [...chromium.args, ...flags] },
      persistentContext: profile,
    });
  const projects: Record<SuiteName, (suite: Suite, turn: number) => TestProjectInlineConfiguration> = {
    node: inNode,
    chromium: (suite, turn) => inBrowser(suite, { turn, provider: inChromium(profileOnDisk("chromium"), []) }),
    "chromium-sqlite"(suite, turn) {
      const profile = profileOnDisk("chromium-sqlite");
      const commands = { databaseFormats: () => formatsOnDisk(profile) };
      return inBrowser(suite, { turn, provider: inChromium(profile, ON_SQLITE_ARGS), commands });
    },
    firefox: (suite, turn) => inBrowser(suite, { turn, provider: firefox(firefoxPath!) }),
    webkit: (suite, turn) => inBrowser(suite, { turn, provider: webkit(webkitPrograms!) }),
    e2e: driving,
    faults: driving,
  };
  return suitesOf(tier, machine).map((suite, turn) => ({ ...shared, ...projects[suite.name](suite, turn + 1) }));
}

/** What the tests of adapters and of the inspector import. */
const FRAMEWORKS = [
  "axe-core",
  "diff",
  "lit",
  "@assistant-ui/react",
  "assistant-stream",
  "react",
  "react-dom/client",
  "@langchain/core/load",
  "@langchain/core/messages",
  "@langchain/core/singletons",
  "@langchain/core/testing",
  "@langchain/core/tools",
  "@langchain/langgraph-checkpoint",
  "@langchain/langgraph-checkpoint-validation",
  "@langchain/langgraph/web",
  "@ai-sdk/react",
  "ai",
  "ai/test",
  "@openai/agents-core",
  "@openai/agents-core/testing",
  "langchain",
];

const NODE_ALONE = { hasFullChromium: false, hasFirefox: false, hasWebKit: false, hasPostgres: false, hasNats: false };

function inNode({ name, include, exclude }: Suite, turn: number): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [...include],
      exclude: [...exclude],
      setupFiles: ["test/engines/node.ts"],
      // Left alone, Vitest keeps one core of two for itself.
      maxWorkers: 2,
      // A test that hangs is told; a machine that has much else to do is no fault.
      testTimeout: 60_000,
      sequence: { groupOrder: turn },
    },
  };
}

type Commands = NonNullable<NonNullable<TestProjectInlineConfiguration["test"]>["browser"]>["commands"];

function inBrowser(
  { name, include, exclude }: Suite,
  { turn, provider, commands }: { turn: number; provider: BrowserProviderOption; commands?: Commands },
): TestProjectInlineConfiguration {
  const browser = name === "chromium-sqlite" ? "chromium" : (name as Browser);
  return {
    // Known from the start: a dependency that is only discovered during the run makes the page load again.
    optimizeDeps: { include: ["idb", "superjson", "fast-check", "vitest", ...FRAMEWORKS] },
    test: {
      include: [...include],
      exclude: [...exclude],
      fileParallelism: false,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      sequence: { groupOrder: turn },
      provide: { everyPlaceIsRequired: askedFor(browser) !== "welcome" },
      browser: {
        enabled: true,
        headless: true,
        ui: false,
        screenshotFailures: false,
        provider,
        ...(commands && { commands }),
        // Typed for the names that Playwright knows; the providers here declare their own.
        instances: [{ browser: browser as "chromium", name }],
      },
    },
  };
}

/** A suite that drives browsers itself, from Node. */
function driving({ name, include, exclude }: Suite, turn: number): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [...include],
      exclude: [...exclude],
      fileParallelism: false,
      testTimeout: 120_000,
      hookTimeout: 120_000,
      sequence: { groupOrder: turn },
    },
  };
}
