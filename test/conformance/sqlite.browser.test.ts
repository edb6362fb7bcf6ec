import { describe, expect, test } from "vitest";
import { commands } from "vitest/browser";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import type { DatabaseFormat } from "../engines/database-formats.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { indexedDb } from "./subjects.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** What the databases in this browser's profile are kept in. */
    databaseFormats(): Promise<DatabaseFormat[]>;
  }
}

muteExpectedComplaints();
describe.concurrent("the kit, on SQLite", () => {
  conformanceSuite(indexedDb);
});

test("the databases are SQLite's", async () => {
  const open = await indexedDb.open("format");
  await open.saveWithTrace("trace", { id: "a", createdAt: 0, state: 1 });
  // SQLite writes to its log first; the file itself has its first page when the log is folded in.
  await expect.poll(() => commands.databaseFormats(), { timeout: 30_000 }).toEqual(["sqlite"]);
  await open.close?.();
  await indexedDb.destroy("format");
});
