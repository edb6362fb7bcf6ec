import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { baselineData } from "./demo/vite-plugin-baseline-data.ts";
import { testProjects } from "./test/engines/projects.ts";
import { PlanReporter } from "./test/engines/reporter.ts";

const source = (path: string) => fileURLToPath(new URL(`src/${path}`, import.meta.url));

const shared = {
  plugins: [baselineData()],
  resolve: {
    // The package under its own name, as its users import it.
    alias: [
      { find: /^waystone$/, replacement: source("index.ts") },
      { find: /^waystone\/testing$/, replacement: source("testing/index.ts") },
      { find: /^waystone\/(.+)$/, replacement: source("$1.ts") },
    ],
  },
};

// An end-to-end test may serve the demo with this file, from within a test.
const isTestRun = process.env.VITEST !== undefined && process.env.VITEST_WORKER_ID === undefined;

export default defineConfig(async ({ mode }) => ({
  ...shared,
  test: {
    projects: isTestRun ? await testProjects({ ...shared, mode }) : [],
    reporters: ["default", new PlanReporter()],
    // Tests damage records by the hundred, and each is told.
    onConsoleLog: (text: string) => !/^Waystone: the record of trace .* is built again/.test(text),
  },
}));
