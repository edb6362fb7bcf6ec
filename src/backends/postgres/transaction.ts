import type { CollectionName, IndexName, Key, KeyRange, Query, WriteTransaction } from "../../core/backend.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import type { CommitMark, CommitMarks } from "./commit-marks.ts";
import { decodeKey } from "./keys.ts";
import { cloneFrom, cloneTo } from "./clone.ts";
import type { Session } from "./session.ts";
import type { Put, Statement, Tables } from "./statements.ts";

/** How many puts one statement has at most, and about how many bytes. Postgres takes 65,535 values, and 1 GB. */
const MAX_PUTS = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/** The mark that a transaction is to leave behind. */
interface Leaving {
  readonly mark: CommitMark;
  readonly marks: CommitMarks;
}

/** A record that was asked for by its key. */
interface Get {
  readonly collection: CollectionName;
  readonly key: Uint8Array;
  readonly resolve: (record: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A transaction of a backend. Each statement takes as long as the way to the server and back. So what is asked for in a row
 * by its key goes in one; and puts wait until something is read that they may change, or something is deleted, or the work is done.
 */
export class PostgresTransaction implements WriteTransaction {
  readonly #session: Session;
  readonly #tables: Tables;
  #gets: Get[] = [];
  #puts = new Map<string, Put>();
  #bytes = 0;
  #refusal: CheckpointStoreError | undefined;
  #isOver = false;
  #hasWritten = false;

  constructor(session: Session, tables: Tables) {
    this.#session = session;
    this.#tables = tables;
  }

  async get<R>(collection: CollectionName, key: Key, index?: IndexName): Promise<R | undefined> {
    this.#requireRunning();
    if (index !== undefined) {
      const [row] = await this.#select<{ record: Uint8Array }>(collection, this.#tables.get(collection, key, index));
      return row === undefined ? undefined : (recordOf(row) as R);
    }
    const bytes = this.#tables.key(key);
    if (this.#puts.has(identityOf(collection, bytes))) this.#sendPuts();
    return new Promise<unknown>((resolve, reject) => {
      if (this.#gets.push({ collection, key: bytes, resolve, reject }) === 1) queueMicrotask(() => this.#sendGets());
    }) as Promise<R | undefined>;
  }

  async getAll<R>(collection: CollectionName, query: Query = {}): Promise<R[]> {
    const asked = this.#tables.select("record", collection, query);
    const rows = await this.#select<{ record: Uint8Array }>(collection, asked);
    return rows.map((row) => recordOf(row) as R);
  }

  async keys(collection: CollectionName, query: Query = {}): Promise<Key[]> {
    const rows = await this.#select<{ key: Uint8Array }>(collection, this.#tables.select("key", collection, query));
    return rows.map(({ key }) => decodeKey(key, this.#tables.prefix.length));
  }

  put(collection: CollectionName, record: object): void {
    this.#requireRunning();
    let columns: Uint8Array[];
    try {
      columns = [...this.#tables.keysOf(collection, record), cloneTo(record)];
    } catch (cause) {
      const told = `a record of ${collection} can't be cloned: ${(cause as Error).message}`;
      this.#refusal ??= new CheckpointStoreError("serialization", told, { cause });
      return;
    }
    this.#hasWritten = true;
    const identity = identityOf(collection, columns[0]!);
    // One statement can't write to the same row twice.
    const isFull = this.#puts.size === MAX_PUTS || this.#bytes > MAX_BYTES;
    if (isFull || this.#puts.has(identity)) this.#sendPuts();
    this.#puts.set(identity, { collection, columns });
    this.#bytes += columns.at(-1)!.length;
  }

  delete(collection: CollectionName, range: KeyRange): void {
    this.#requireRunning();
    this.#hasWritten = true;
    this.#sendPuts();
    this.#send(this.#tables.delete(collection, range));
  }

  /**
   * Sends what is left, with a mark, and waits until all of it is done.
   *
   * @throws What the first write that failed did of.
   */
  async finish(leaving?: Leaving): Promise<void> {
    this.#isOver = true;
    this.#sendPuts(this.#hasWritten ? leaving : undefined);
    await this.#session.settled();
    const failure = this.#refusal ?? this.#session.failure;
    if (failure !== undefined) throw failure;
  }

  /** Takes no more. What was asked for and is not awaited is still read, or fails. */
  end(): void {
    this.#isOver = true;
    this.#sendGets();
  }

  async #select<Row>(collection: CollectionName, { text, values }: Statement): Promise<readonly Row[]> {
    this.#requireRunning();
    const isChanged = [...this.#puts.values()].some((put) => put.collection === collection);
    if (isChanged) this.#sendPuts();
    return this.#ask<Row>(text, values);
  }

  async #ask<Row>(text: string, values: unknown[]): Promise<readonly Row[]> {
    if (this.#refusal !== undefined) throw this.#refusal;
    return this.#session.query<Row>(text, values);
  }

  #sendGets(): void {
    const gets = this.#gets;
    this.#gets = [];
    for (const collection of new Set(gets.map((get) => get.collection))) {
      const asked = gets.filter((get) => get.collection === collection);
      this.#getEach(collection, asked).catch((error: unknown) => asked.forEach(({ reject }) => reject(error)));
    }
  }

  async #getEach(collection: CollectionName, asked: readonly Get[]): Promise<void> {
    const keys = asked.map(({ key }) => key);
    const { text, values } = this.#tables.getEach(collection, keys);
    const rows = await this.#ask<{ key: Uint8Array; record: Uint8Array }>(text, values);
    const byKey = new Map(rows.map((row) => [row.key.join(), row]));
    const found = keys.map((key) => byKey.get(key.join()));
    // Each has a copy of its own, of the same record too.
    const records = found.map((row) => (row === undefined ? undefined : recordOf(row)));
    asked.forEach(({ resolve }, place) => resolve(records[place]));
  }

  #sendPuts(leaving?: Leaving): void {
    // What was asked for before them must not see them.
    this.#sendGets();
    const byCollection = new Map<CollectionName, Put[]>();
    for (const put of this.#puts.values()) {
      const together = byCollection.get(put.collection);
      if (together === undefined) byCollection.set(put.collection, [put]);
      else together.push(put);
    }
    this.#puts = new Map();
    this.#bytes = 0;
    const texts: string[] = [];
    const values: unknown[] = [];
    for (const puts of byCollection.values()) {
      const statement = this.#tables.put(puts, values.length);
      texts.push(statement.text);
      values.push(...statement.values);
    }
    if (leaving !== undefined) {
      texts.push(leaving.marks.writing(values.length));
      values.push(leaving.mark.slot, leaving.mark.number);
    }
    const last = texts.pop();
    if (last === undefined) return;
    const before = texts.map((text, place) => `put_${place} as (${text})`);
    this.#send({ text: before.length === 0 ? last : `with ${before.join(", ")} ${last}`, values });
  }

  #send({ text, values }: Statement): void {
    if (this.#refusal !== undefined) return;
    // The session remembers why, for whoever waits.
    this.#session.query(text, values).catch(() => undefined);
  }

  #requireRunning(): void {
    if (this.#isOver) throw new TypeError("the transaction is over");
  }
}

function identityOf(collection: CollectionName, key: Uint8Array): string {
  return `${collection} ${key.join()}`;
}

/** @throws CheckpointStoreError `corrupted`. */
function recordOf({ record }: { readonly record: Uint8Array }): unknown {
  try {
    return cloneFrom(record);
  } catch (cause) {
    throw new CheckpointStoreError("corrupted", "a stored record is damaged", { cause });
  }
}
