import { describe, it } from "vitest";
import { fitsSubject, runConformanceCase } from "./conformance.ts";
import type { ConformanceSubject } from "./conformance.ts";
import { conformanceCases } from "./index.ts";

/** Registers with Vitest, under the subject's name, every case that the subject provides for. */
export function conformanceSuite(subject: ConformanceSubject, { timeoutMs = 60_000 } = {}): void {
  describe(subject.name, () => {
    for (const one of conformanceCases) {
      if (fitsSubject(subject, one)) it(one.name, () => runConformanceCase(subject, one), timeoutMs);
    }
  });
}
