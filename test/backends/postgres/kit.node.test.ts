import { afterAll, describe } from "vitest";
import { openPostgresBackend } from "../../../src/backends/postgres/backend.ts";
import { ISOLATIONS } from "../../../src/backends/postgres/isolation.ts";
import { makeTables } from "../../../src/backends/postgres/schema.ts";
import { backendSuite } from "../../../src/testing/vitest.ts";
import { startDatabase, startPGlite } from "../../servers/database.ts";

const schema = "records";
const database = await startDatabase();
// Beside a server as well: its one connection shows what waits for a second one.
const databases = database.name === "PGlite" ? [database] : [database, await startPGlite()];
afterAll(() => Promise.all(databases.map(({ stop }) => stop())));
for (const { pool } of databases) await makeTables(pool, { schema, timeoutMs: 1000 });

describe.concurrent("the kit", () => {
  for (const { name, pool } of databases) {
    for (const isolation of name === "PGlite" ? (["advisory-lock"] as const) : ISOLATIONS) {
      backendSuite({
        name: `${name}, ${isolation}`,
        provides: ["persistence", "connections"],
        open: (store) =>
          openPostgresBackend(pool, `${isolation} ${store}`, { schema, isolation, reconnectTimeoutMs: 1000 }),
      });
    }
  }
});
