import { describe, it } from "vitest";
import { backendCases } from "./backend/cases.ts";
import { runBackendCase, type BackendSubject } from "./backend/subject.ts";
import { runConformanceCase, type ConformanceSubject } from "./conformance.ts";
import { conformanceCases } from "./index.ts";
import { fittingTests, type FittingTest } from "./suite.ts";

/**
 * Registers with Vitest, under the subject's name, every case for a store that the subject provides for.
 *
 * @param subject - The store to test.
 * @param options - `timeoutMs`: how long one case may take. Default is 60,000.
 */
export function conformanceSuite(subject: ConformanceSubject, { timeoutMs = 60_000 } = {}): void {
  register(subject.name, fittingTests(subject, conformanceCases, runConformanceCase), timeoutMs);
}

/**
 * Registers with Vitest, under the subject's name, every case for a backend that the subject provides for.
 *
 * @param subject - The backend to test.
 * @param options - `timeoutMs`: how long one case may take. Default is 60,000.
 * @example
 * ```ts
 * backendSuite({ name: "mine", provides: ["persistence"], open: (name) => openMyBackend(name) });
 * ```
 */
export function backendSuite(subject: BackendSubject, { timeoutMs = 60_000 } = {}): void {
  register(subject.name, fittingTests(subject, backendCases, runBackendCase), timeoutMs);
}

function register(name: string, tests: readonly FittingTest[], timeoutMs: number): void {
  describe(name, () => {
    for (const { name, run } of tests) it(name, run, timeoutMs);
  });
}
