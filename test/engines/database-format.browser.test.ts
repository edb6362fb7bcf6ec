import { openDB } from "idb";
import { expect, test } from "vitest";
import { commands, server } from "vitest/browser";
import type { DatabaseFormat } from "./database-formats.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** What the databases in this browser's profile are kept in. */
    databaseFormats(): Promise<DatabaseFormat[]>;
  }
}

const FORMATS: Record<string, DatabaseFormat> = {
  chromium: "leveldb",
  "chromium-sqlite": "sqlite",
  firefox: "sqlite",
  webkit: "sqlite",
};

test("databases are kept on disk, in the format that the project is about", async () => {
  const database = await openDB(`format-${crypto.randomUUID()}`, 1, {
    upgrade: (db) => db.createObjectStore("records").put("a record", 1),
  });
  const project = server.config.name ?? "";
  // SQLite writes to its log first; the file itself has its first page when the log is folded in.
  await expect.poll(() => commands.databaseFormats(), { timeout: 30_000 }).toEqual([FORMATS[project]]);
  database.close();
});
