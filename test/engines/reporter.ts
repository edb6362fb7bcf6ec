import { appendFileSync } from "node:fs";
import { posix } from "node:path";
import type { Reporter, SerializedError, TestModule, TestSpecification, Vitest } from "vitest/node";

/** What came of a test file in one place. */
export interface FileOutcome {
  readonly place: string;
  readonly file: string;
  readonly seconds: number;
  readonly passed: number;
  /** A file that could not be run counts as a failed test. */
  readonly failed: number;
}

/**
 * Says beforehand what is to run and where. Afterwards, has the run fail where tests were skipped, since what was not run
 * did not pass.
 *
 * Adds what came of each file, as lines of JSON, to the file that `WAYSTONE_TEST_REPORT` names.
 */
export class PlanReporter implements Reporter {
  readonly #startedAt = new Map<string, number>();
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    const places = new Map<string, Map<string, number>>();
    const turnOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    for (const { project, moduleId } of [...specifications].sort((a, b) => turnOf(a) - turnOf(b))) {
      const folder = posix.dirname(posix.relative(project.config.root, moduleId));
      const folders = places.get(project.name) ?? new Map<string, number>();
      places.set(project.name, folders.set(folder, (folders.get(folder) ?? 0) + 1));
    }
    const lines = [...places].map(([place, folders]) => {
      const files = [...folders].sort().map(([folder, count]) => `${folder} ${count}`);
      return `  ${place.padEnd(16)}${files.join(", ")}`;
    });
    console.warn(["To be run, in turn; files in each folder:", ...lines].join("\n"));
  }

  onTestModuleStart({ id }: TestModule): void {
    this.#startedAt.set(id, performance.now());
  }

  onTestModuleEnd(module: TestModule): void {
    const report = process.env.WAYSTONE_TEST_REPORT;
    if (report) appendFileSync(report, `${JSON.stringify(this.#outcomeOf(module))}\n`);
  }

  onTestRunEnd(modules: readonly TestModule[], _: readonly SerializedError[], reason: string): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests("skipped")]);
    if (skipped.length === 0 || this.#isFiltered || reason === "interrupted") return;
    process.exitCode = 1;
    console.error(
      ["", "FAILED: skipped tests prove nothing.", ...skipped.map(({ fullName }) => `  ${fullName}`)].join("\n"),
    );
  }

  #outcomeOf(module: TestModule): FileOutcome {
    const count = (state: "passed" | "failed" | "skipped") => [...module.children.allTests(state)].length;
    const failed = count("failed") + count("skipped");
    return {
      place: module.project.name,
      file: module.relativeModuleId,
      seconds: (performance.now() - (this.#startedAt.get(module.id) ?? performance.now())) / 1000,
      passed: count("passed"),
      failed: failed === 0 && !module.ok() ? 1 : failed,
    };
  }
}
