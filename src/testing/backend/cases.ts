import { isolationCases } from "./isolation.ts";
import { keyOrderCases } from "./key-order.ts";
import { lifetimeCases } from "./lifetime.ts";
import { queryCases } from "./queries.ts";
import { recordCases } from "./records.ts";
import type { BackendCase } from "./subject.ts";
import { transactionCases } from "./transactions.ts";
import { uniqueIndexCases } from "./unique.ts";
import { writeCases } from "./writes.ts";

/**
 * Every case there is for backends. Which of them a backend must pass is what its subject's `provides` says: see
 * `fitsSubject`.
 */
export const backendCases: readonly BackendCase[] = [
  ...keyOrderCases,
  ...queryCases,
  ...transactionCases,
  ...writeCases,
  ...uniqueIndexCases,
  ...isolationCases,
  ...recordCases,
  ...lifetimeCases,
];
