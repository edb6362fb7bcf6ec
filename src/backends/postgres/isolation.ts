import { nameIn } from "./schema.ts";

/**
 * What keeps the writes of a store apart.
 *
 * - `advisory-lock`: `pg_advisory_xact_lock`, taken before a write's first statement. Nothing is ever run again for another's sake.
 * - `row-lock`: a row of a table is locked instead, for engines that speak Postgres without advisory locks.
 * - `serializable`: the server finds out what doesn't go together, and one of two is run again. For engines that do nothing
 *   else.
 */
export type PostgresIsolation = "advisory-lock" | "row-lock" | "serializable";

/** All there are. */
export const ISOLATIONS: readonly PostgresIsolation[] = ["advisory-lock", "row-lock", "serializable"];

/** Returns the statements that transactions begin with: one trip to the server, since no value is bound. */
export function beginnings(
  isolation: PostgresIsolation,
  { schema, prefix }: { readonly schema: string; readonly prefix: Uint8Array },
): { readonly read: string; readonly write: string } {
  const name = `'\\x${hex(prefix)}'::bytea`;
  switch (isolation) {
    // Read committed has a snapshot a statement: that of the next one is taken when the lock is held.
    case "advisory-lock":
      return {
        read: "begin isolation level repeatable read read only",
        write: `begin isolation level read committed; select pg_advisory_xact_lock(${lockOf(schema, prefix)}), ${SETTINGS}`,
      };
    case "row-lock":
      return {
        read: "begin isolation level repeatable read read only",
        write: `begin isolation level read committed; insert into ${nameIn(schema, "locks")} (store) values (${name}) on conflict (store) do update set store = excluded.store; select ${SETTINGS}`,
      };
    // Reads as well: beside two writes, a snapshot alone may show what no order of them explains.
    case "serializable":
      return {
        read: "begin isolation level serializable read only",
        write: `begin isolation level serializable; select ${SETTINGS}`,
      };
  }
}

/**
 * For this transaction: a commit is not told before it is on disk, whatever the database's default; and whoever stops in the
 * middle of it, with the lock, is cut off.
 */
const SETTINGS = [
  ["synchronous_commit", "off", "on"],
  ["idle_in_transaction_session_timeout", "0", "30s"],
]
  .map(
    ([name, from, to]) =>
      `case current_setting('${name}') when '${from}' then set_config('${name}', '${to}', true) end`,
  )
  .join(", ");

/** A number of 64 bits that hardly any other lock in the database has: FNV-1a (Fowler, Noll, Vo) of both names. */
function lockOf(schema: string, prefix: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of [...new TextEncoder().encode(`waystone ${schema} `), ...prefix]) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return BigInt.asIntN(64, hash);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
