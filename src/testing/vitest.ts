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
 * @param options - `timeoutMs`: how long one case may take, in milliseconds. Default is 60,000.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { conformanceSuite } from "waystone/testing/vitest";
 *
 * conformanceSuite({
 *   name: "my store",
 *   provides: ["close", "trace", "history"],
 *   open: async () => createMemoryStore(),
 *   destroy: async () => undefined,
 * });
 * ```
 */
export function conformanceSuite(subject: ConformanceSubject, { timeoutMs = 60_000 } = {}): void {
  register(subject.name, fittingTests(subject, conformanceCases, runConformanceCase), timeoutMs);
}

/**
 * Registers with Vitest, under the subject's name, every case for a backend that the subject provides for.
 *
 * @param subject - The backend to test.
 * @param options - `timeoutMs`: how long one case may take, in milliseconds. Default is 60,000.
 *
 * @example
 * ```ts
 * import type { Backend } from "waystone/backend";
 * import { backendSuite } from "waystone/testing/vitest";
 *
 * // Yours.
 * declare function openMyBackend(name: string): Promise<Backend>;
 * declare function deleteMyBackend(name: string): Promise<void>;
 *
 * backendSuite({
 *   name: "my backend",
 *   provides: ["persistence", "connections"],
 *   open: (name) => openMyBackend(name),
 *   destroy: (name) => deleteMyBackend(name),
 * });
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
