import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import pg from "pg";
import { findPostgres, PostgresServer } from "./postgres.ts";

/** A Postgres for tests: a server of their own where its programs are, and otherwise PGlite, which has one connection. */
export interface Database {
  readonly name: "Postgres" | "PGlite";
  readonly pool: pg.Pool;
  stop(): Promise<void>;
}

export async function startDatabase(): Promise<Database> {
  if (findPostgres() === undefined) return startPGlite();
  // What is not about crashes need not wait for the disk.
  const server = await PostgresServer.start({ settings: ["fsync=off"] });
  return { name: "Postgres", pool: server.pool({ max: 40 }), stop: () => server.stop() };
}

export async function startPGlite(): Promise<Database> {
  const lite = await PGlite.create();
  const pool = new pg.Pool(createPgConfig(lite) as unknown as pg.PoolConfig);
  return {
    name: "PGlite",
    pool,
    async stop() {
      await pool.end();
      await lite.close();
    },
  };
}
