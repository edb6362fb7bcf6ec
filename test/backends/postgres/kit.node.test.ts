import { afterAll, describe } from "vitest";
import { openPostgresBackend } from "../../../src/backends/postgres/backend.ts";
import { ISOLATIONS } from "../../../src/backends/postgres/isolation.ts";
import { makeTables } from "../../../src/backends/postgres/schema.ts";
import { backendSuite } from "../../../src/testing/vitest.ts";
import { startDatabase } from "../../servers/database.ts";

const { name, pool, stop } = await startDatabase();
afterAll(stop);
const schema = "records";
await makeTables(pool, { schema, timeoutMs: 1000 });

describe.concurrent("the kit", () => {
  for (const isolation of ISOLATIONS) {
    backendSuite({
      name: `${name}, ${isolation}`,
      provides: ["persistence", "connections"],
      open: (store) =>
        openPostgresBackend(pool, `${isolation} ${store}`, { schema, isolation, reconnectTimeoutMs: 1000 }),
    });
  }
});
