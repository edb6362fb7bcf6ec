import { join } from "node:path";
import pg from "pg";
import type { PostgresPool } from "../../../src/postgres.ts";
import { PostgresServer } from "../../servers/postgres.ts";
import { startCuttingProxy } from "./cutting-proxy.ts";
import { underLoad, type Outcome } from "./load.ts";

/** Something that happens to a server, or on the way to it. */
export interface PostgresFault {
  readonly name: string;
  readonly title: string;
  /** How often it is made: to be trusted, and to be seen at all. */
  readonly times: { readonly full: number; readonly short: number };
  make(times: number): Promise<Made>;
}

/** What was done, and what came of it. */
export interface Made extends Outcome {
  readonly done: string;
}

export const POSTGRES_FAULTS: readonly PostgresFault[] = [
  { name: "sessions", title: "sessions terminated", times: { full: 100, short: 3 }, make: terminated },
  { name: "commits", title: "connection lost during COMMIT", times: { full: 100, short: 6 }, make: cutDuringCommit },
  { name: "crashes", title: "server killed, and started again", times: { full: 50, short: 2 }, make: crashed },
  {
    name: "failovers",
    title: "primary killed, synchronous standby promoted",
    times: { full: 20, short: 1 },
    make: failedOver,
  },
];

async function terminated(times: number): Promise<Made> {
  const server = await PostgresServer.start();
  const admin = new pg.Client(server.connection).on("error", () => undefined);
  await admin.connect();
  let ended = 0;
  try {
    const outcome = await underLoad(server.pool(), async ({ more }) => {
      for (let round = 0; round < times; round += 1) {
        ended += await terminateSessions(admin);
        await more(10);
      }
    });
    return { ...outcome, done: `${times} times all, ${ended} sessions` };
  } finally {
    await admin.end();
    await server.stop();
  }
}

/** Ends all sessions but the one that asks. Returns how many that were. */
async function terminateSessions(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ ended: number }>(
    `select count(pg_terminate_backend(pid))::integer as ended from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  return rows[0]!.ended;
}

async function cutDuringCommit(times: number): Promise<Made> {
  const server = await PostgresServer.start();
  const proxy = await startCuttingProxy(join(server.folder, ".s.PGSQL.5432"));
  try {
    const pool = server.pool({ host: "127.0.0.1", port: proxy.port });
    const outcome = await underLoad(pool, () => proxy.cut(times));
    const { before, meanwhile, after } = proxy.cuts;
    return { ...outcome, done: `${before} before it arrived, ${meanwhile} with it, ${after} once it was done` };
  } finally {
    await proxy.close();
    await server.stop();
  }
}

async function crashed(times: number): Promise<Made> {
  const server = await PostgresServer.start();
  try {
    const outcome = await underLoad(server.pool(), async ({ more }) => {
      for (let round = 0; round < times; round += 1) {
        await server.crash();
        await server.resume();
        await more(10);
      }
    });
    return { ...outcome, done: `${times} times` };
  } finally {
    await server.stop();
  }
}

async function failedOver(times: number): Promise<Made> {
  // No commit is acknowledged before a standby has it.
  const servers = [await PostgresServer.start({ settings: ["synchronous_standby_names=*"] })];
  const pools = new Map<PostgresServer, pg.Pool>();
  const listening: ((pool: pg.Pool) => unknown)[] = [];
  // As a name does that moves to the new primary.
  const pool: PostgresPool = {
    connect() {
      const [primary] = servers as [PostgresServer];
      if (!pools.has(primary)) {
        pools.set(primary, primary.pool());
        for (const listen of listening) listen(pools.get(primary)!);
      }
      return pools.get(primary)!.connect();
    },
    on(event, listener) {
      const listen = (one: pg.Pool) => one.on(event as "error", listener);
      listening.push(listen);
      for (const one of pools.values()) listen(one);
    },
  };
  try {
    servers.push(await servers[0]!.startStandby());
    const outcome = await underLoad(pool, async ({ more }) => {
      for (let round = 0; round < times; round += 1) {
        const [primary, standby] = servers as [PostgresServer, PostgresServer];
        await primary.crash();
        await standby.promote();
        servers.shift();
        servers.push(await standby.startStandby());
        await more(10);
        await primary.stop();
      }
    });
    return { ...outcome, done: `${times} times` };
  } finally {
    for (const server of servers) await server.stop();
  }
}
