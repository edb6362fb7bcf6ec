import { CheckpointStoreError, type CheckpointStoreErrorCode } from "../../core/errors.ts";

/**
 * What may help against a failure of which it is known that nothing was stored: the same once more; the same on another
 * connection, in a moment; or the same, if it is two that met and not one that is wrong.
 */
export type Remedy = "again" | "reconnect" | "recheck";

/** A failure of the server, or of the way to it. */
export class PostgresError extends CheckpointStoreError {
  readonly #remedy: Remedy | undefined;

  constructor(raised: unknown) {
    const { code, remedy } = meaningOf(raised);
    const told = (raised as Partial<Error> | undefined)?.message || String(raised);
    super(code, `${SAYING[code] ?? "the server failed"}: ${told}`, { cause: raised });
    this.#remedy = remedy;
  }

  /** What may help; `undefined` for what is no failure of the server, or one that would come again. */
  static remedyFor(error: unknown): Remedy | undefined {
    return typeof error === "object" && error !== null && #remedy in error ? error.#remedy : undefined;
  }
}

interface Meaning {
  readonly code: CheckpointStoreErrorCode;
  readonly remedy?: Remedy;
}

const SAYING: Partial<Record<CheckpointStoreErrorCode, string>> = {
  unavailable: "the server can't be reached",
  conflict: "a key is taken",
  "quota-exceeded": "the server's disk is full",
  serialization: "a key is too long for an index of Postgres",
};

const LOST: Meaning = { code: "unavailable", remedy: "reconnect" };
const OVERTAKEN: Meaning = { code: "storage", remedy: "again" };

/** By SQLSTATE (PostgreSQL 18, Appendix A), or by its first two characters, which are its class. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "08": LOST, // The connection failed.
  "57P01": LOST, // An administrator ended the session, or the server shuts down.
  "57P02": LOST, // The server crashed.
  "57P03": LOST, // It is starting up.
  "57P05": LOST, // The session was idle for too long.
  "25P03": LOST, // So was its transaction: this process was frozen.
  "25006": LOST, // It is a standby, or became one: the pool may find the primary.
  "53300": LOST, // There are too many connections.
  "40": OVERTAKEN, // Serialization failures and deadlocks.
  "55P03": OVERTAKEN, // A lock was not to be had in time.
  "23505": { code: "conflict", remedy: "recheck" },
  "53100": { code: "quota-exceeded" },
  "54000": { code: "serialization" },
  "28": { code: "unavailable" }, // The password, or the role, is wrong.
  "3D000": { code: "unavailable" }, // There is no such database.
  "42501": { code: "unavailable" }, // The role may not do this.
};

function meaningOf(raised: unknown): Meaning {
  const state = sqlStateOf(raised);
  // What doesn't come from the server comes from the connection to it. A pool that was ended has none, for good.
  if (state === undefined) return /after calling end/.test(String(raised)) ? { code: "unavailable" } : LOST;
  return MEANINGS[state] ?? MEANINGS[state.slice(0, 2)] ?? { code: "storage" };
}

/** The server's own code for what it raised. Those of the operating system, such as EPIPE, have no digits. */
export function sqlStateOf(raised: unknown): string | undefined {
  const code = (raised as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
