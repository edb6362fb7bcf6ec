import { describe, it } from "node:test";
import { fitsSubject, runConformanceCase } from "./conformance.ts";
import type { ConformanceSubject } from "./conformance.ts";
import { conformanceCases } from "./index.ts";

/** Registers with `node:test`, under the subject's name, every case that the subject provides for. */
export function conformanceSuite(subject: ConformanceSubject, { timeoutMs = 60_000 } = {}): void {
  describe(subject.name, () => {
    for (const one of conformanceCases) {
      if (fitsSubject(subject, one)) it(one.name, { timeout: timeoutMs }, () => runConformanceCase(subject, one));
    }
  });
}
