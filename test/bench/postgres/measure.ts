import { cpus } from "node:os";
import { emptyCheckpoint, uuid6, type BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type pg from "pg";
import { WaystoneSaver } from "../../../src/langgraph.ts";
import { openPostgresStore, setUpPostgres } from "../../../src/postgres.ts";
import { noise } from "../../../src/testing/steps.ts";
import { PostgresServer } from "../../servers/postgres.ts";

/** A checkpointer for LangGraph, and the schema that its tables are in. */
interface Candidate {
  readonly name: string;
  readonly schema: string;
  /** Opens one, which all writers of a process share. */
  open(pool: pg.Pool): Promise<Opened>;
}

interface Opened {
  readonly saver: BaseCheckpointSaver;
  close(): Promise<void>;
}

const CANDIDATES: readonly Candidate[] = [
  {
    name: "WaystoneSaver",
    schema: "waystone",
    async open(pool) {
      await setUpPostgres(pool);
      const store = await openPostgresStore(pool, "bench");
      return { saver: new WaystoneSaver(store), close: () => store.close() };
    },
  },
  {
    name: "PostgresSaver",
    schema: "langgraph",
    async open(pool) {
      const saver = new PostgresSaver(pool, undefined, { schema: "langgraph" });
      await saver.setup();
      return { saver, close: async () => undefined };
    },
  },
];

/** Saves a conversation that grows, as a graph of one node would. */
async function saveSteps(
  saver: BaseCheckpointSaver,
  { thread, steps, first }: { thread: string; steps: number; first: number },
): Promise<{ readonly times: number[]; readonly bytes: number }> {
  const messages = Array.from({ length: first }, (_, n) => messageOf(thread, n));
  let parent: string | undefined;
  let bytes = messages.length * MESSAGE;
  const times: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    for (let n = 0; n <= step % 3; n += 1) messages.push(messageOf(thread, messages.length));
    bytes = messages.length * MESSAGE;
    const channel_versions = { messages: step + 1 };
    const checkpoint = {
      ...emptyCheckpoint(),
      id: uuid6(step),
      channel_values: { messages: [...messages] },
      channel_versions,
    };
    const config = { configurable: { thread_id: thread, checkpoint_ns: "", ...(parent && { checkpoint_id: parent }) } };
    const startedAt = performance.now();
    await saver.put(config, checkpoint, { source: "loop", step, parents: {} }, channel_versions);
    times.push(performance.now() - startedAt);
    parent = checkpoint.id;
  }
  return { times, bytes };
}

const MESSAGE = 1600;

function messageOf(thread: string, n: number) {
  return { role: n % 2 === 0 ? "user" : "assistant", text: noise(n + thread.length, MESSAGE) };
}

/** Runs everything on a server of its own, and returns lines for a table. */
export async function measure({ steps, saves }: { steps: number; saves: number }): Promise<string> {
  const server = await PostgresServer.start({ settings: ["max_wal_size=4GB"] });
  const lines = [
    `| | ${steps} steps: log | on disk | a save, p50 | p95 | saves a second: 1 writer | 8 | 64 | 8, a process each |`,
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
  ];
  let bytes = 0;
  try {
    const pool = server.pool({ max: 40 });
    for (const candidate of CANDIDATES) {
      const { saver, close } = await candidate.open(pool);
      await pool.query("checkpoint");
      const [log, disk] = [await logOf(pool), await diskOf(pool, candidate.schema)];
      const run = await saveSteps(saver, { thread: "one", steps, first: 0 });
      bytes = run.bytes;
      const written = (await logOf(pool)) - log;
      const grown = (await diskOf(pool, candidate.schema)) - disk;
      const times = run.times.sort((a, b) => a - b);
      const at = (share: number) => `${times[Math.floor(times.length * share)]!.toFixed(1)} ms`;
      const rates: string[] = [];
      for (const writers of [1, 8, 64])
        rates.push(
          await rateOf(
            Array.from({ length: writers }, () => saver),
            saves,
          ),
        );
      await close();
      const apart = await Promise.all(Array.from({ length: 8 }, () => candidate.open(pool)));
      rates.push(
        await rateOf(
          apart.map((one) => one.saver),
          saves,
        ),
      );
      await Promise.all(apart.map((one) => one.close()));
      lines.push(
        `| ${candidate.name} | ${mega(written)} | ${mega(grown)} | ${at(0.5)} | ${at(0.95)} | ${rates.join(" | ")} |`,
      );
      console.error(lines.at(-1));
    }
  } finally {
    await server.stop();
  }
  const environment = `Postgres 15 on ${cpus().length} cores, fsync on; ${new Date().toISOString().slice(0, 10)}.`;
  lines.push(
    "",
    `The state grows to ${mega(bytes)}, in messages of ${MESSAGE} characters, 1 to 3 a step. ${environment}`,
  );
  return lines.join("\n");
}

/** How many saves a second writers make together, each to a thread of its own that starts with 30 messages. */
async function rateOf(savers: readonly BaseCheckpointSaver[], saves: number): Promise<string> {
  const startedAt = performance.now();
  await Promise.all(savers.map((saver) => saveSteps(saver, { thread: crypto.randomUUID(), steps: saves, first: 30 })));
  return ((savers.length * saves) / ((performance.now() - startedAt) / 1000)).toFixed(0);
}

async function logOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ at: string }>("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as at");
  return Number(rows[0]!.at);
}

async function diskOf(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes from pg_class c
     join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
    [schema],
  );
  return Number(rows[0]!.bytes);
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
