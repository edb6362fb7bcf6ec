// @ts-check
import { existsSync, readFileSync } from "node:fs";

// node .ci/summary.mjs REPORT FAILED_STEPS FAILED_TEST_RUNS
// Prints the ten slowest test files and how many tests passed and failed. Exits 0 only if some passed and nothing failed.

const [report = "", failedSteps, failedTestRuns] = process.argv.slice(2);
const lines = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n") : [];
const files = lines.map((line) => /** @type {import("../test/engines/reporter.ts").FileOutcome} */ (JSON.parse(line)));

process.stdout.write("The ten slowest test files:\n");
for (const { seconds, place, file } of [...files].sort((a, b) => b.seconds - a.seconds).slice(0, 10)) {
  process.stdout.write(`${seconds.toFixed(1).padStart(7)} s  ${place.padEnd(16)}${file}\n`);
}

const passed = files.reduce((sum, file) => sum + file.passed, 0);
const failedTests = files.reduce((sum, file) => sum + file.failed, 0);
// A run with failed tests fails itself, which is counted once.
const failed = Number(failedSteps) + (failedTests || Number(failedTestRuns));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
