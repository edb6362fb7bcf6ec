import {
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type JetStreamClient,
  type JetStreamManager,
} from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/nats-core";
import { concatBytes } from "../../core/bytes.ts";
import type { Remote, RemoteEntry, RemoteLog, VersionedEntry } from "../../core/remote.ts";
import { toRemoteError } from "./errors.ts";
import { fromToken, subjectOf, toToken, traceOf } from "./subjects.ts";

/** The headers of a message: the entry that it is of, which part of how many, and whether all before it is void. */
const ID = "Waystone-Id";
const PART = "Waystone-Part";
const REPLACES = "Waystone-Replaces";
/** The server's own: the message takes the place of all others of its subject. */
const ROLLUP = "Nats-Rollup";

/** A message is no larger than this, whatever the server would take: smaller ones get through bad connections. */
const MAX_PART_BYTES = 512 * 1024;
/** What of a server's limit is left for headers. */
const HEADER_BYTES = 4 * 1024;
/** Messages that are asked for at a time. */
const BATCH = 256;
const RESTART_MS = 1_000;

/** A message of a log. */
interface Message {
  readonly seq: number;
  readonly data: Uint8Array;
  header(name: string): string;
}

/** The logs of a space in a stream. */
export class JetstreamLogs implements Remote {
  readonly #connection: NatsConnection;
  readonly #stream: string;
  readonly #space: string;
  readonly #timeoutMs: number;
  readonly #client: JetStreamClient;
  #manager: Promise<JetStreamManager> | undefined;

  constructor(
    connection: NatsConnection,
    { stream, space, timeoutMs }: { readonly stream: string; readonly space: string; readonly timeoutMs: number },
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#space = space;
    this.#timeoutMs = timeoutMs;
    this.#client = jetstream(connection, { timeout: timeoutMs });
  }

  read(traceId: string, { after, signal }: { readonly after: number; readonly signal?: AbortSignal }) {
    return this.#calling(`the log of trace ${traceId} can't be read`, signal, async (): Promise<RemoteLog> => {
      const subject = subjectOf(this.#space, traceId);
      const { streams } = await this.#managing();
      const last = await streams.getMessage(this.#stream, { last_by_subj: subject });
      if (last === null || last.seq <= after) return { version: last?.seq ?? 0, entries: [] };
      const messages = await this.#messages(subject, { from: after + 1, to: last.seq, signal });
      return { version: last.seq, entries: entriesOf(messages) };
    });
  }

  append(traceId: string, entry: RemoteEntry, options: { readonly version: number; readonly signal?: AbortSignal }) {
    return this.#publish(traceId, entry, { ...options, replaces: false });
  }

  async replace(
    traceId: string,
    entry: RemoteEntry,
    options: { readonly version: number; readonly signal?: AbortSignal },
  ) {
    const version = await this.#publish(traceId, entry, { ...options, replaces: true });
    // Of an entry in parts, no message may void all others: what is void already is cleared away.
    const parts = this.#partsOf(entry.bytes).length;
    if (parts > 1) {
      const { streams } = await this.#managing();
      const filter = subjectOf(this.#space, traceId);
      await streams.purge(this.#stream, { filter, seq: options.version + 1 }).catch(() => undefined);
    }
    return version;
  }

  watch(listener: (traceId: string) => void, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return this.#calling(`the logs of ${this.#space} can't be watched`, signal, async () => {
      const filter = `${this.#space}.*`;
      const begin = async () => {
        const consumer = await this.#client.consumers.get(this.#stream, {
          filter_subjects: filter,
          deliver_policy: DeliverPolicy.LastPerSubject,
          headers_only: true,
        });
        return consumer.consume();
      };
      const first = await begin();
      void (async () => {
        for (let messages = first; !signal.aborted;) {
          const stop = (): void => messages.stop();
          signal.addEventListener("abort", stop, { once: true });
          try {
            for await (const { subject } of messages) if (!signal.aborted) listener(traceOf(this.#space, subject));
          } catch {
            // The stream was deleted, or the server restarted: it is asked again.
          }
          signal.removeEventListener("abort", stop);
          while (!signal.aborted) {
            await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
            const next = await begin().catch(() => undefined);
            if (next === undefined) continue;
            messages = next;
            break;
          }
          if (signal.aborted) messages.stop();
        }
      })();
    });
  }

  #managing(): Promise<JetStreamManager> {
    // A device may have no right to ask for the account, which the check would do.
    this.#manager ??= jetstreamManager(this.#connection, { checkAPI: false, timeout: this.#timeoutMs });
    return this.#manager;
  }

  async #messages(
    subject: string,
    { from, to, signal }: { readonly from: number; readonly to: number; readonly signal: AbortSignal | undefined },
  ): Promise<Message[]> {
    const consumer = await this.#client.consumers.get(this.#stream, {
      filter_subjects: subject,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    const found: Message[] = [];
    for (let isLast = false; !isLast;) {
      signal?.throwIfAborted();
      isLast = true;
      for await (const { seq, data, headers: sent } of await consumer.fetch({
        max_messages: BATCH,
        expires: this.#timeoutMs,
      })) {
        // A copy: a client may hand out views of what it has received, of whatever class.
        found.push({ seq, data: new Uint8Array(data), header: (name) => sent?.get(name) ?? "" });
        isLast = seq >= to;
        if (isLast) break;
      }
    }
    await consumer.delete().catch(() => undefined);
    return found;
  }

  #publish(
    traceId: string,
    { id, bytes }: RemoteEntry,
    {
      version,
      replaces,
      signal,
    }: { readonly version: number; readonly replaces: boolean; readonly signal?: AbortSignal },
  ): Promise<number> {
    return this.#calling(`entry ${id} can't be appended to the log of trace ${traceId}`, signal, async () => {
      const parts = this.#partsOf(bytes);
      let last = version;
      for (const [i, part] of parts.entries()) {
        signal?.throwIfAborted();
        const sent = headers();
        sent.set(ID, toToken(id));
        sent.set(PART, `${i + 1}/${parts.length}`);
        if (replaces) sent.set(parts.length === 1 ? ROLLUP : REPLACES, "sub");
        // Not by message id: after a purge, a server takes what it has never stored for a duplicate.
        const expect = { streamName: this.#stream, lastSubjectSequence: last };
        last = (await this.#client.publish(subjectOf(this.#space, traceId), part, { headers: sent, expect })).seq;
      }
      return last;
    });
  }

  #partsOf(bytes: Uint8Array): Uint8Array[] {
    const most = Math.min(MAX_PART_BYTES, (this.#connection.info?.max_payload ?? MAX_PART_BYTES) - HEADER_BYTES);
    const parts: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < bytes.length; at += most) parts.push(bytes.subarray(at, at + most));
    return parts;
  }

  async #calling<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw toRemoteError(error, what);
    }
  }
}

/** Puts messages together to entries. Parts without their last are nobody's, whoever has appended behind them. */
function entriesOf(messages: readonly Message[]): VersionedEntry[] {
  let entries: VersionedEntry[] = [];
  let parts: Uint8Array[] = [];
  for (const { seq, data, header } of messages) {
    const [part = 1, count = 1] = header(PART).split("/").map(Number);
    if (part === 1) parts = [];
    if (part !== parts.length + 1) continue;
    parts.push(data);
    if (part < count) continue;
    if (header(REPLACES) !== "") entries = [];
    entries.push({ id: fromToken(header(ID)), bytes: parts.length === 1 ? data : concatBytes(parts), version: seq });
    parts = [];
  }
  return entries;
}
