import { describe, expect, test } from "vitest";
import { commands } from "vitest/browser";
import { conformanceCases, fitsSubject, runConformanceCase } from "../../src/testing/index.ts";
import type { DatabaseFormat } from "../engines/database-formats.ts";
import { times } from "../length.ts";
import { subjects } from "./subjects.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** What the databases in this browser's profile are kept in. */
    databaseFormats(): Promise<DatabaseFormat[]>;
  }
}

/** In the short form, what a database's own workings may show in. */
const TOPICS = times({ short: /^(order|prune|delete|fork|history|traces|watch|retention|closing|usage|preview): |^(connections|persistence): [^:]*$/, long: /^/ });
const subject = subjects.find(({ name }) => name === "IndexedDB, superjson, strict")!;
const cases = conformanceCases.filter((one) => fitsSubject(subject, one) && TOPICS.test(one.name));

describe(`${subject.name}, on SQLite`, () => {
  test.for(cases.map((one) => [one.name, one] as const))("%s", async ([, one]) => {
    await expect(runConformanceCase(subject, one)).resolves.toBeUndefined();
  });

  test("the databases are SQLite's", async () => {
    const open = await subject.open("format");
    await open.saveWithTrace("trace", { id: "a", createdAt: 0, state: 1 });
    // SQLite writes to its log first; the file itself has its first page when the log is folded in.
    await expect.poll(() => commands.databaseFormats(), { timeout: 30_000 }).toEqual(["sqlite"]);
    await open.close?.();
    await subject.destroy("format");
  });
});
