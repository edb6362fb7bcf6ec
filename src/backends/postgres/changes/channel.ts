import type { Channel } from "../../../core/channel.ts";
import type { Codec, Place } from "../../../core/codec.ts";
import { cloneFrom, cloneTo } from "../clone.ts";
import { encodeKey } from "../keys.ts";
import type { PostgresPool } from "../pool.ts";
import { Patience } from "../patience.ts";
import { nameIn } from "../schema.ts";
import { Session } from "../session.ts";
import { Wakes } from "./wakes.ts";

/** How often it is looked for changes where LISTEN tells of them: a pooler may take it and never tell. */
const IDLE_POLL_MS = 5000;
/** At the least so long from one look to the next. */
const LOOK_INTERVAL_MS = 20;
/** How long a message with a lower number may be on its way behind one that was read. */
const SETTLED = "interval '10 seconds'";
const KEPT = "interval '1 minute'";
/** For the statement's own transaction: what is told may be lost with the server, and need not wait for its disk. */
const LAZILY = "set_config('synchronous_commit', 'off', true)";
const CLEAN_INTERVAL_MS = 60_000;

/** Options of {@link openPostgresChannel}. */
export interface PostgresChannelOptions {
  readonly schema: string;
  /** How often to look for changes. Default is to LISTEN. */
  readonly pollMs?: number | undefined;
  /** Encodes what is told if it encodes metadata, which must not stand in the open then. */
  readonly codec: Codec;
  readonly reconnectTimeoutMs: number;
}

interface Row {
  readonly id: string;
  readonly message: Uint8Array;
  readonly settled: boolean;
}

/**
 * Opens a channel between the stores of one name: a table of messages, which each of them reads for itself. It is written
 * to by itself, once a save is done: a NOTIFY in the save's own transaction would have all commits of the database wait
 * for each other.
 *
 * Messages may be lost when the server crashes, and when a process ends right after a save.
 */
export async function openPostgresChannel(
  pool: PostgresPool,
  name: string,
  options: PostgresChannelOptions,
): Promise<PostgresChannel> {
  const channel = new PostgresChannel(pool, name, options);
  await channel.start();
  return channel;
}

/** See {@link openPostgresChannel}. */
export class PostgresChannel implements Channel {
  readonly #pool: PostgresPool;
  readonly #options: PostgresChannelOptions;
  readonly #table: string;
  readonly #store: Uint8Array;
  readonly #place: Place;
  readonly #self = crypto.randomUUID();
  /** The end of what LISTEN tells of this store. It has room for 8,000 bytes. */
  readonly #topic: string;
  #receive: ((message: unknown) => void) | undefined;
  #posting: Promise<void> = Promise.resolve();
  #cleanedAt = performance.now();
  /** All messages up to this one were read; of later ones, those that `#seen` has. */
  #from = "0";
  #seen = new Set<string>();
  #isLooking = false;
  #isToLook = false;
  #stopWakes: (() => void) | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;

  constructor(pool: PostgresPool, name: string, options: PostgresChannelOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#table = nameIn(options.schema, "changes");
    this.#store = encodeKey([name]);
    this.#topic = Array.from(this.#store.slice(-256), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#place = { store: name, position: { part: "pieces" } };
  }

  /** Takes note of where the messages stand, so that all later ones are heard. */
  async start(): Promise<void> {
    const [row] = await this.#query<{ last: string }>(
      `select coalesce(max(id), 0)::text as last from ${this.#table}`,
      [],
    );
    this.#from = row!.last;
    const { schema, pollMs } = this.#options;
    if (pollMs === undefined) {
      this.#stopWakes = Wakes.listen(this.#pool, schema, (told) => {
        // A store need not look for what it said itself, nor for what is none of its own.
        if (told === undefined || (told.endsWith(this.#topic) && !told.startsWith(this.#self))) this.#look();
      });
    }
    this.#timer = setInterval(() => this.#look(), pollMs ?? IDLE_POLL_MS);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  post(message: unknown): void {
    if (this.#isClosed) return;
    // One after the other, in their order. That a message can't be told is no failure of what it tells of.
    this.#posting = this.#posting.then(() => this.#send(message)).catch(() => undefined);
  }

  listen(receive: (message: unknown) => void): void {
    this.#receive = receive;
  }

  /** Resolves once all that was posted is sent, or can't be. */
  async sent(): Promise<void> {
    await this.#posting;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWakes?.();
    clearInterval(this.#timer);
  }

  async #send(message: unknown): Promise<void> {
    const { codec, schema } = this.#options;
    const clone = cloneTo(message);
    const bytes = codec.encodesMetadata === true ? await codec.encode(clone, this.#place) : clone;
    await this.#query(
      `with told as (insert into ${this.#table} (store, sender, message) values ($1, $2::uuid, $3::bytea)) select pg_notify($4, $5), ${LAZILY}`,
      [this.#store, this.#self, bytes, schema, `${this.#self} ${this.#topic}`],
    );
    if (performance.now() - this.#cleanedAt < CLEAN_INTERVAL_MS) return;
    this.#cleanedAt = performance.now();
    await this.#query(`delete from ${this.#table} where at < clock_timestamp() - ${KEPT}`, []);
  }

  /** Looks for messages, one look at a time; once more if there was reason to meanwhile. */
  #look(): void {
    if (this.#isClosed) return;
    this.#isToLook = true;
    if (!this.#isLooking) void this.#lookOn();
  }

  async #lookOn(): Promise<void> {
    this.#isLooking = true;
    while (this.#isToLook && !this.#isClosed) {
      this.#isToLook = false;
      // If it fails, it is looked again soon.
      await this.#read().catch(() => undefined);
      // What is told meanwhile is read together.
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    }
    this.#isLooking = false;
  }

  async #read(): Promise<void> {
    const rows = await this.#query<Row>(
      `select id::text as id, message, at < clock_timestamp() - ${SETTLED} as settled from ${this.#table} where store = $1 and id > $2 and sender <> $3::uuid order by id`,
      [this.#store, this.#from, this.#self],
    );
    const unread = rows.filter(({ id }) => !this.#seen.has(id));
    // A number is given out before its message can be read: a lower one may still come.
    for (const { id, settled } of rows) if (settled) this.#from = id;
    this.#seen = new Set(rows.filter(({ settled }) => !settled).map(({ id }) => id));
    for (const { message } of unread) {
      const told = await this.#decode(message).catch(() => undefined);
      if (told !== undefined && !this.#isClosed) this.#receive?.(told);
    }
  }

  /** @throws Anything for what another codec has encoded, or nobody. */
  async #decode(message: Uint8Array): Promise<unknown> {
    const { codec } = this.#options;
    const isEncoded = codec.encodesMetadata === true;
    return cloneFrom(isEncoded ? ((await codec.decode(message, this.#place)) as Uint8Array) : message);
  }

  #query<Row>(text: string, values: unknown[]): Promise<readonly Row[]> {
    const patience = new Patience({ timeoutMs: this.#options.reconnectTimeoutMs, isRaced: false });
    return patience.run(() => Session.use(this.#pool, (session) => session.query<Row>(text, values)));
  }
}
