/**
 * The promises of a checkpoint store, as cases to run against any implementation of one.
 *
 * No test runner is needed: a case is data with a `run`. Adapters for Vitest and `node:test` stand beside this entry
 * point, as `waystone/testing/vitest` and `waystone/testing/node`.
 */
import type { ConformanceCase } from "./conformance.ts";
import { archiveCases } from "./cases/archive.ts";
import { archiveFailureCases } from "./cases/archive-failures.ts";
import { binaryCases } from "./cases/binary.ts";
import { closingCases } from "./cases/closing.ts";
import { connectionCases } from "./cases/connections.ts";
import { divertCases } from "./cases/divert.ts";
import { evolutionCases } from "./cases/evolution.ts";
import { forkCases } from "./cases/fork.ts";
import { graphCases } from "./cases/graph.ts";
import { guardCases } from "./cases/guards.ts";
import { handleCases } from "./cases/handle.ts";
import { historyCases } from "./cases/history.ts";
import { isolationCases } from "./cases/isolation.ts";
import { misuseCases } from "./cases/misuse.ts";
import { noteCases } from "./cases/notes.ts";
import { notedTraceCases } from "./cases/noted-traces.ts";
import { orderCases } from "./cases/order.ts";
import { persistenceCases } from "./cases/persistence.ts";
import { previewCases } from "./cases/preview.ts";
import { prefixCases } from "./cases/prefixes.ts";
import { pruneCases } from "./cases/prune.ts";
import { rareValueCases } from "./cases/rare-values.ts";
import { referenceCases } from "./cases/references.ts";
import { refusedCases } from "./cases/refused.ts";
import { retentionCases } from "./cases/retention.ts";
import { removalCases } from "./cases/removal.ts";
import { sharingCases } from "./cases/sharing.ts";
import { traceCases } from "./cases/traces.ts";
import { unchangingCases } from "./cases/unchanging.ts";
import { upgradeCases } from "./cases/upgrade.ts";
import { usageCases } from "./cases/usage.ts";
import { valueCases } from "./cases/values.ts";
import { watchCases } from "./cases/watch.ts";

/** Every case there is. Which of them a subject must pass is what its `provides` says. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...orderCases,
  ...unchangingCases,
  ...removalCases,
  ...pruneCases,
  ...graphCases,
  ...upgradeCases,
  ...valueCases,
  ...binaryCases,
  ...referenceCases,
  ...rareValueCases,
  ...refusedCases,
  ...misuseCases,
  ...isolationCases,
  ...evolutionCases,
  ...guardCases,
  ...handleCases,
  ...noteCases,
  ...notedTraceCases,
  ...historyCases,
  ...traceCases,
  ...prefixCases,
  ...forkCases,
  ...divertCases,
  ...watchCases,
  ...usageCases,
  ...previewCases,
  ...retentionCases,
  ...sharingCases,
  ...archiveCases,
  ...archiveFailureCases,
  ...closingCases,
  ...persistenceCases,
  ...connectionCases,
];

export { ConformanceFailure } from "./assertions.ts";
export { difference } from "./equality.ts";
export { backendCases } from "./backend/cases.ts";
export { runBackendCase } from "./backend/subject.ts";
export type { BackendCase, BackendContext, BackendFeature, BackendSubject } from "./backend/subject.ts";
export { remoteCases } from "./remote/cases.ts";
export { runRemoteCase } from "./remote/subject.ts";
export type { RemoteCase, RemoteContext, RemoteSubject } from "./remote/subject.ts";
export { runConformanceCase } from "./conformance.ts";
export { fitsSubject } from "./run-case.ts";
export type {
  ConformanceArchive,
  ConformanceCase,
  ConformanceContext,
  ConformanceFeature,
  ConformanceOpenOptions,
  ConformanceReplication,
  ConformanceSubject,
} from "./conformance.ts";
