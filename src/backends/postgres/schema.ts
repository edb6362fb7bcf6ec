import { COLLECTIONS } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import { sqlStateOf } from "./errors.ts";
import { Patience } from "./patience.ts";
import type { PostgresPool } from "./pool.ts";
import { Session } from "./session.ts";

/** Grows with every change of the tables. What is new in them is made by {@link makeTables}, too. */
const SCHEMA_VERSION = 1;

/** Returns a name as it stands in a statement. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns the name of a table or sequence, with its schema, as it stands in a statement. */
export function nameIn(schema: string, name: string): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

/**
 * Makes the tables that are missing. Does nothing, and needs no right to make any, where all are there.
 *
 * @throws CheckpointStoreError `newer-schema`, and PostgresError.
 */
export async function makeTables(pool: PostgresPool, { schema, timeoutMs }: { schema: string; timeoutMs: number }) {
  // Two servers that start at once may meet here: then the second finds everything done.
  const patience = new Patience({ timeoutMs, isRaced: true });
  await patience.run(async () => {
    if ((await versionOf(pool, schema)) === SCHEMA_VERSION) return;
    await Session.use(pool, (session) => session.query(`begin; ${tablesOf(schema).join("; ")}; commit`));
  });
}

/** @throws CheckpointStoreError `unavailable` where there are no tables, or older ones; `newer-schema`; PostgresError. */
export async function requireTables(pool: PostgresPool, schema: string): Promise<void> {
  if ((await versionOf(pool, schema)) === SCHEMA_VERSION) return;
  throw new CheckpointStoreError("unavailable", `the schema ${schema} is not set up: call setUpPostgres`);
}

/** Returns the version of the tables; `undefined` where there are none. */
async function versionOf(pool: PostgresPool, schema: string): Promise<number | undefined> {
  const select = `select version from ${nameIn(schema, "schema_version")}`;
  const rows = await Session.use(pool, (session) => session.query<{ version: number }>(select)).catch(
    (error: Error) => {
      // No such table, or no such schema.
      if (["42P01", "3F000"].includes(sqlStateOf(error.cause) ?? "")) return [];
      throw error;
    },
  );
  const version = rows[0]?.version;
  if (version !== undefined && version > SCHEMA_VERSION) {
    const told = { expected: String(SCHEMA_VERSION), actual: String(version) };
    throw new CheckpointStoreError("newer-schema", `a newer release has set up the schema ${schema}`, told);
  }
  return version;
}

function tablesOf(schema: string): string[] {
  const table = (name: string) => nameIn(schema, name);
  const version = table("schema_version");
  const collections = Object.entries(COLLECTIONS).map(([name, { indexes }]) => {
    const columns = Object.keys(indexes).map((index) => `${index} bytea not null unique, `);
    return `create table if not exists ${table(name)} (key bytea primary key, ${columns.join("")}record bytea not null)`;
  });
  return [
    `create schema if not exists ${quoted(schema)}`,
    ...collections,
    `create table if not exists ${table("locks")} (store bytea primary key)`,
    // Its rows are written again and again: with room beside each, no index has to be.
    `create table if not exists ${table("commit_marks")} (slot uuid primary key, number bigint not null, at timestamptz not null) with (fillfactor = 50)`,
    // Not the identity of an unlogged table, which would begin anew after a crash.
    `create sequence if not exists ${table("change_ids")}`,
    // What is told is of no use after a crash, and not worth the log.
    `create unlogged table if not exists ${table("changes")} (id bigint primary key default nextval('${table("change_ids").replaceAll("'", "''")}'), store bytea not null, sender uuid not null, at timestamptz not null default clock_timestamp(), message bytea not null)`,
    `create table if not exists ${version} (version integer primary key)`,
    `delete from ${version}`,
    `insert into ${version} values (${SCHEMA_VERSION})`,
  ];
}
