import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backendCases, conformanceCases, fitsSubject } from "../../src/testing/index.ts";
import { subjectOn } from "../backends/known-bad/broken.ts";
import { referenceSubject } from "./known-bad/reference-subject.ts";

const folder = mkdtempSync(join(tmpdir(), "waystone-node-adapter-"));

beforeAll(async () => {
  const entry = fileURLToPath(new URL("known-bad/node-run.ts", import.meta.url));
  const output = { entryFileNames: "run.mjs" };
  await build({
    configFile: false,
    logLevel: "error",
    build: { ssr: entry, outDir: folder, emptyOutDir: true, target: "node20", rolldownOptions: { output } },
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly status: number | null;
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

/** Runs a kit in a Node of its own; what its runner counted. */
function run(kit: "store" | "backend", subject: "good" | "bad", only = "."): Outcome {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...rest } = process.env;
  const env = { ...rest, KIT: kit, SUBJECT: subject };
  const args = ["--test", "--test-reporter=tap", `--test-name-pattern=${only}`, join(folder, "run.mjs")];
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(stdout)?.[1]);
  return { status, passed: count("pass"), failed: count("fail"), output: stdout };
}

const FITTING = {
  store: conformanceCases.filter((one) => fitsSubject(referenceSubject("good"), one)).length,
  backend: backendCases.filter((one) => fitsSubject(subjectOn(), one)).length,
};

for (const kit of ["store", "backend"] as const) {
  test(`node:test runs every case for a ${kit} that the subject provides for`, { timeout: 60_000 }, () => {
    const { status, passed, failed, output } = run(kit, "good");
    expect(failed, output).toBe(0);
    expect(passed).toBe(FITTING[kit]);
    expect(status).toBe(0);
  });

  test(`node:test fails where the ${kit} does`, { timeout: 60_000 }, () => {
    const { status, failed, output } = run(kit, "bad", "values");
    expect(output).toMatch(/not ok \d+ - values: undefined fields/);
    expect(failed).toBeGreaterThan(0);
    expect(status).toBe(1);
  });
}
