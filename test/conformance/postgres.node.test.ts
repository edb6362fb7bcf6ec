import { afterAll, describe } from "vitest";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { divertTrace } from "../../src/replicate.ts";
import {
  deletePostgresStore,
  openPostgresStore,
  setUpPostgres,
  type PostgresStoreOptions,
} from "../../src/postgres.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { startDatabase } from "../servers/database.ts";
import { encryptedCodec } from "./encrypted-codec.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { MEMORY } from "./subjects.ts";

muteExpectedComplaints();
const { name: server, pool, stop } = await startDatabase();
afterAll(stop);
await setUpPostgres(pool);

const SUBJECTS: readonly (readonly [name: string, options: PostgresStoreOptions])[] =
  server === "PGlite"
    ? // Its one connection is busy enough with one of them.
      [["superjson, polling", { codec: createSuperjsonCodec(), changes: { pollMs: 200 } }]]
    : [
        ["superjson, listening", { codec: createSuperjsonCodec() }],
        ["structured clone, polling", { codec: createStructuredCloneCodec(), changes: { pollMs: 50 } }],
        ["encrypted superjson, row lock", { codec: encryptedCodec, isolation: "row-lock", changes: { pollMs: 50 } }],
      ];
describe.concurrent("the kit", () => {
  for (const [name, options] of SUBJECTS) {
    conformanceSuite({
      name: `${server}, ${name}`,
      provides: [...MEMORY, "persistence", "connections"],
      archive: { exportTraces, importTraces },
      replication: { divertTrace },
      open: (store, more) => openPostgresStore(pool, `${name} ${store}`, { ...more, ...options }),
      destroy: (store) =>
        deletePostgresStore(pool, `${name} ${store}`, { isolation: options.isolation ?? "advisory-lock" }),
    });
  }
});
