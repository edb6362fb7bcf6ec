import type { Checkpoint, CheckpointHead, StoredHead } from "../../../src/core/checkpoint.ts";
import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import { CheckpointStoreError } from "../../../src/core/errors.ts";
import { combineRetention, type Retention } from "../../../src/core/retention.ts";
import type {
  DeleteTracesOptions,
  StorageUsage,
  Store,
  TracesCursor,
  TraceSummary,
  TracesOptions,
  WatchOptions,
} from "../../../src/core/store.ts";
import type {
  ChangeListener,
  ForkOptions,
  HistoryOptions,
  LoadLatestOptions,
  LoadOptions,
  NoteEntries,
  NoteOptions,
  PrunePreview,
  SaveGuard,
  TraceOptions,
} from "../../../src/core/trace.ts";
import { difference } from "../../../src/testing/index.ts";
import { copyOf, sizeOf } from "./copy.ts";
import type { Entry, ReferenceDisk } from "./reference-disk.ts";
import { ReferenceTrace } from "./reference-trace.ts";

const HEAD_FIELDS = ["id", "parentId", "nextNode", "graphHash", "createdAt", "metadata"] as const;

/**
 * A store as plain as can be: whole copies in memory, one call after the other.
 *
 * What a store should do, written so that one can see that it does; the model of the property test, and what the known
 * bad stores are made from.
 */
export class ReferenceStore implements Store {
  /** Applied with each save. */
  retention: Retention = {};
  protected readonly Handle: typeof ReferenceTrace = ReferenceTrace;
  protected readonly disk: ReferenceDisk;
  protected closing: Promise<void> | undefined;

  constructor(disk: ReferenceDisk) {
    this.disk = disk;
  }

  async saveWithTrace(traceId: string, checkpoint: Checkpoint, options: SaveGuard = {}): Promise<void> {
    this.checkOptions(options, "ifLatest");
    await this.saveUnder(traceId, checkpoint, options);
  }

  async saveUnder(
    traceId: string,
    checkpoint: Checkpoint,
    { ifLatest, retention = this.retention }: SaveGuard & { readonly retention?: Retention | undefined },
  ): Promise<void> {
    checkId(traceId);
    checkCheckpoint(checkpoint);
    if (ifLatest !== undefined && ifLatest !== null) checkId(ifLatest);
    const taken = this.take(traceId, checkpoint);
    await this.run(async () => {
      await this.commit(traceId, taken, ifLatest);
      const gone = this.fading(traceId, retention);
      if (gone.length > 0) this.remove(traceId, gone, "pruned");
    });
  }

  async load(id: string, options: LoadOptions = {}): Promise<Checkpoint | undefined> {
    checkId(id);
    this.checkOptions(options, "graphHash", "upgrade", "notes");
    return this.run(() => this.answer(this.disk.entry(id), options));
  }

  async loadLatest(traceId: string, options: LoadLatestOptions = {}): Promise<Checkpoint | undefined> {
    checkId(traceId);
    this.checkOptions(options, "graphHash", "upgrade", "notes", "skipDamaged");
    return this.run(() => this.answer(this.entries(traceId).at(-1), options));
  }

  async head(id: string): Promise<StoredHead | undefined> {
    checkId(id);
    return this.run(() => copyOf(this.disk.entry(id)?.head));
  }

  /** Takes the notes as they are now, and returns what writes them. */
  noting(traceId: string, id: string, entries: NoteEntries, options: NoteOptions = {}): () => Promise<string[]> {
    checkId(id);
    this.checkOptions(options, "once");
    const { once } = options;
    if (once !== undefined && typeof once !== "boolean") throw new TypeError("once should be true or false");
    if (typeof entries !== "object" || entries === null) throw new TypeError("entries should be an object or a map");
    const given = entries instanceof Map ? [...(entries as Map<string, unknown>)] : entriesOf(entries);
    for (const [key] of given) checkId(key);
    const taken = this.takeNotes(traceId, id, given);
    const write = (): string[] => {
      const entry = this.disk.entry(id);
      if (entry?.head.traceId !== traceId) throw new CheckpointStoreError("not-found", `no ${id}`, { traceId });
      const fresh = taken.filter(([key]) => !entry.notes.has(key));
      const written = once === true ? fresh : taken;
      for (const [key, value] of written) this.writeNote(entry, key, value);
      const keys = written.map(([key]) => key);
      if (keys.length > 0) this.change(traceId, { kind: "noted", id, keys });
      return fresh.map(([key]) => key);
    };
    return () => this.run(write);
  }

  protected writeNote({ notes }: Entry, key: string, value: unknown): void {
    notes.delete(key);
    notes.set(key, value);
  }

  protected change(traceId: string, what: { kind: "noted"; id: string; keys: string[] }): void {
    this.disk.tell(this, { traceId, version: ++this.disk.trace(traceId).version, origin: "local", ...what });
  }

  /** The notes as they are now, for the store alone. */
  protected takeNotes(traceId: string, id: string, given: readonly (readonly [string, unknown])[]) {
    return given.map(([key, value]) => {
      const { state } = this.take(traceId, createCheckpoint(value, { id }), `entries[${JSON.stringify(key)}]`);
      return [key, state] as const;
    });
  }

  async list(traceId: string): Promise<string[]> {
    checkId(traceId);
    return this.run(() =>
      this.entries(traceId)
        .map(({ head }) => head.id)
        .reverse(),
    );
  }

  async delete(id: string): Promise<boolean> {
    checkId(id);
    return this.run(() => {
      const entry = this.disk.entry(id);
      if (entry !== undefined) this.remove(entry.head.traceId, [entry], "deleted");
      return entry !== undefined;
    });
  }

  prune(traceId: string, keep: number): Promise<number>;
  prune(traceId: string, keep: number, options: { readonly dryRun: true }): Promise<PrunePreview>;
  async prune(traceId: string, keep: number, options?: { readonly dryRun: true }): Promise<number | PrunePreview> {
    checkId(traceId);
    if (typeof keep !== "number") throw new TypeError("keep should be a number");
    if (!Number.isInteger(keep) || keep < 0) throw new RangeError(`keep should be a whole number from 0 on: ${keep}`);
    this.checkOptions(options ?? {}, "dryRun");
    const dryRun: unknown = options?.dryRun;
    if (dryRun !== undefined && typeof dryRun !== "boolean") throw new TypeError("dryRun should be true or false");
    return dryRun !== true ? this.pruneTo(traceId, keep) : this.run(() => this.preview(traceId, keep));
  }

  protected pruneTo(traceId: string, keep: number): Promise<number> {
    return this.run(() => {
      const gone = this.pruned(traceId, keep);
      if (gone.length > 0) this.remove(traceId, gone, "pruned");
      return gone.length;
    });
  }

  protected preview(traceId: string, keep: number): PrunePreview {
    const gone = this.pruned(traceId, keep);
    return {
      ids: gone.map(({ head }) => head.id).reverse(),
      bytes: gone.reduce((sum, entry) => sum + bytesOf(entry), 0),
    };
  }

  trace(traceId: string, options: TraceOptions = {}): ReferenceTrace {
    checkId(traceId);
    this.checkOptions(options, "retention");
    const { retention } = options;
    if (retention !== undefined) this.checkOptions([retention].flat()[0]!, "keepLast", "maxAgeMs", "maxBytes");
    const rule = retention && combineRetention(retention);
    return new this.Handle(this, traceId, {
      save: (checkpoint, guard) => this.saveUnder(traceId, checkpoint, { ...guard, retention: rule }),
    });
  }

  traces(options: TracesOptions = {}): Promise<TraceSummary[]> {
    return this.run(() => {
      this.checkOptions(options, "limit", "before", "prefix");
      const { limit = Infinity, before, prefix = "" } = options;
      if (typeof prefix !== "string") throw new TypeError("prefix should be a string");
      const all = this.beginningWith(prefix);
      all.sort(([, one], [, other]) => other.lastSave - one.lastSave);
      if (before !== undefined && typeof before.savedAt !== "number") throw new TypeError("before should be a summary");
      if (Number.isNaN(before?.savedAt)) throw new TypeError("savedAt should be a number");
      const start = this.startOf(all, before);
      return all
        .slice(start, start + limit)
        .map(([traceId, { entries, lastSave }]) => ({
          traceId,
          checkpoints: entries.length,
          bytes: entries.reduce((sum, entry) => sum + bytesOf(entry), 0),
          savedAt: lastSave,
          latest: copyOf(entries.at(-1)!.head),
        }));
    });
  }

  protected beginningWith(prefix: string) {
    return [...this.disk.traces].filter(([traceId, { entries }]) => entries.length > 0 && traceId.startsWith(prefix));
  }

  /** Where in the list a page begins. */
  protected startOf(all: readonly [string, { readonly lastSave: number }][], before?: TracesCursor): number {
    const start = all.findIndex(([, { lastSave }]) => lastSave < (before?.savedAt ?? Infinity));
    return start < 0 ? all.length : start;
  }

  async *history(traceId: string, options: HistoryOptions = {}): AsyncIterable<StoredHead> {
    const { limit = Infinity, before, signal } = options;
    checkId(traceId);
    this.checkOptions(options, "limit", "before", "signal");
    let last = Infinity;
    let lastTimestamp = Infinity;
    if (before !== undefined) {
      const cursor = await this.run(() => this.cursorOf(traceId, before));
      last = cursor.seq;
      lastTimestamp = cursor.timestamp;
    }
    for (let count = 0; count < limit; count++) {
      signal?.throwIfAborted();
      const next = await this.run(() => [...this.entries(traceId)].reverse().find(({ head }) => head.seq < last));
      if (next === undefined) return;
      if (next.head.timestamp >= lastTimestamp)
        throw new CheckpointStoreError("not-found", "another trace", { traceId });
      last = next.head.seq;
      lastTimestamp = next.head.timestamp;
      yield copyOf(next.head);
    }
  }

  protected cursorOf(traceId: string, before: string | StoredHead): Pick<StoredHead, "seq" | "timestamp"> {
    if (typeof before !== "string") {
      if (before.traceId !== traceId || !Number.isInteger(before.seq)) throw new TypeError("no head of this trace");
      return before;
    }
    checkId(before);
    const head = this.disk.entry(before)?.head;
    if (head?.traceId !== traceId) throw new CheckpointStoreError("not-found", `no ${before}`, { traceId });
    return head;
  }

  async fork(id: string, traceId: string, options: ForkOptions = {}): Promise<Checkpoint> {
    checkId(id);
    checkId(traceId);
    this.checkOptions(options, "id");
    if (options.id !== undefined) checkId(options.id);
    return this.run(async () => {
      const origin = this.disk.entry(id);
      if (origin === undefined) throw new CheckpointStoreError("not-found", `no ${id}`, { checkpointId: id });
      const { id: _, state, ...head } = origin.checkpoint;
      const copy = this.take(traceId, createCheckpoint(state, { ...head, ...options, parentId: id }));
      const there = this.disk.entry(copy.id);
      const isThere = there?.head.traceId === traceId && there.head.seq === 1;
      if (!isThere || (await difference(there.checkpoint, copy)) !== undefined) {
        if (this.entries(traceId).length > 0) throw new CheckpointStoreError("conflict", "it exists", { traceId });
        await this.commit(traceId, copy);
        for (const [key, value] of origin.notes) this.writeNote(this.entries(traceId)[0]!, key, copyOf(value));
      }
      return copyOf(copy);
    });
  }

  /** What `divertTrace` does, for the kit. */
  async divert(
    traceId: string,
    { after, fork }: { readonly after?: string; readonly fork: string },
  ): Promise<string[]> {
    return this.run(() => {
      const record = this.disk.trace(traceId);
      const standing = record.entries.find(({ head }) => head.id === after);
      if (after !== undefined && standing === undefined) throw new CheckpointStoreError("not-found", `no ${after}`, {});
      const tail = record.entries.filter(({ head }) => head.seq > (standing?.head.seq ?? 0));
      if (tail.length === 0) return [];
      this.requireNone(fork);
      record.entries = record.entries.filter((entry) => !tail.includes(entry));
      this.standAgain(traceId, standing);
      this.moveInto(fork, tail);
      return tail.map(({ head }) => head.id).reverse();
    });
  }

  protected requireNone(traceId: string): void {
    if (this.entries(traceId).length > 0) throw new CheckpointStoreError("conflict", "it exists", { traceId });
  }

  protected standAgain(traceId: string, standing: Entry | undefined): void {
    const record = this.disk.trace(traceId);
    record.lastSeq = standing?.head.seq ?? 0;
    record.lastTimestamp = standing?.head.timestamp ?? -Infinity;
    record.version += 1;
  }

  protected moveInto(fork: string, tail: readonly Entry[]): void {
    const record = this.disk.trace(fork);
    record.entries = tail.map((entry) => ({ ...entry, head: { ...entry.head, traceId: fork } }));
    record.lastSeq = tail.at(-1)!.head.seq;
    record.lastTimestamp = tail.at(-1)!.head.timestamp;
    record.lastSave = ++this.disk.saves;
    record.version += tail.length;
  }

  async deleteTrace(traceId: string): Promise<number> {
    checkId(traceId);
    return this.run(() => this.empty(traceId));
  }

  async deleteTraces(options: DeleteTracesOptions): Promise<number> {
    this.checkOptions(options, "prefix");
    checkId(options.prefix);
    return this.run(() => {
      const found = this.beginningWith(options.prefix);
      for (const [traceId] of found) this.empty(traceId);
      return found.length;
    });
  }

  protected empty(traceId: string): number {
    const { length } = this.entries(traceId);
    if (length > 0) {
      const record = this.disk.trace(traceId);
      record.entries = [];
      this.disk.tell(this, { traceId, version: ++record.version, origin: "local", kind: "trace-deleted" });
    }
    return length;
  }

  watch(listener: ChangeListener, options: WatchOptions = {}): () => void {
    this.checkOptions(options, "traceId", "signal");
    const { traceId, signal } = options;
    const end = this.disk.watch(this, { listener, traceId });
    if (signal?.aborted === true) end();
    signal?.addEventListener("abort", end, { once: true });
    return end;
  }

  usage(): Promise<StorageUsage> {
    return this.run(() => {
      const all = [...this.disk.traces.values()].flatMap(({ entries }) => entries);
      const bytes = all.reduce((sum, entry) => sum + bytesOf(entry), 0);
      return {
        storedBytes: bytes,
        wholeStateBytes: bytes,
        originBytes: undefined,
        quotaBytes: undefined,
        persisted: undefined,
      };
    });
  }

  async persist(): Promise<undefined> {
    await this.run(() => undefined);
  }

  close(): Promise<void> {
    if (this.closing === undefined) {
      const done = this.run(() => undefined);
      this.closing = done.finally(() => this.disk.watches.delete(this));
    }
    return this.closing;
  }

  protected async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.closing !== undefined) throw new CheckpointStoreError("closed", "the store was closed");
    return this.disk.run(work);
  }

  checkOptions(options: object, ...known: readonly string[]): void {
    const unknown = Object.keys(options).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new TypeError(`there is no option ${unknown}`);
  }

  protected entries(traceId: string): Entry[] {
    return this.disk.traces.get(traceId)?.entries ?? [];
  }

  /** The checkpoint as it is now, for the store alone. */
  protected take(traceId: string, checkpoint: Checkpoint, name?: string): Checkpoint {
    const given = HEAD_FIELDS.filter((field) => checkpoint[field] !== undefined);
    try {
      const head = Object.fromEntries(given.map((field) => [field, copyOf(checkpoint[field], field)]));
      return { ...(head as unknown as CheckpointHead), state: copyOf(checkpoint.state, name) };
    } catch (error) {
      const { path, message, cause } = error as CheckpointStoreError;
      const details = { cause, traceId, checkpointId: checkpoint.id, ...(path !== undefined && { path }) };
      throw new CheckpointStoreError("serialization", message, details);
    }
  }

  protected async answer(
    entry: Entry | undefined,
    { graphHash, upgrade, notes }: LoadOptions,
  ): Promise<Checkpoint | undefined> {
    if (upgrade !== undefined && (typeof upgrade !== "function" || graphHash === undefined))
      throw new TypeError("upgrade should be a function, and go with graphHash");
    if (notes !== undefined && typeof notes !== "boolean") throw new TypeError("notes should be true or false");
    if (entry === undefined) return undefined;
    const checkpoint = { ...copyOf(entry.checkpoint), ...(notes === true && { notes: copyOf(entry.notes) }) };
    if (graphHash === undefined || checkpoint.graphHash === graphHash) return checkpoint;
    const state = await upgrade?.(copyOf(checkpoint));
    if (state !== undefined) return { ...checkpoint, graphHash, state };
    const actual = checkpoint.graphHash;
    const details = { checkpointId: checkpoint.id, expected: graphHash, ...(actual !== undefined && { actual }) };
    throw new CheckpointStoreError("graph-mismatch", "made by another graph", details);
  }

  protected async commit(traceId: string, checkpoint: Checkpoint, ifLatest?: string | null): Promise<void> {
    const there = this.disk.entry(checkpoint.id);
    if (there !== undefined) {
      const same = there.head.traceId === traceId && (await difference(there.checkpoint, checkpoint)) === undefined;
      if (same) return;
      throw new CheckpointStoreError("conflict", `${checkpoint.id} is taken`, { traceId, checkpointId: checkpoint.id });
    }
    if (ifLatest !== undefined && ifLatest !== this.latestOf(traceId))
      throw new CheckpointStoreError("conflict", `the newest is not ${ifLatest}`, { traceId });
    const record = this.disk.trace(traceId);
    const bytes = sizeOf(checkpoint.state);
    const { state: _, ...given } = checkpoint;
    record.lastTimestamp = Math.max(checkpoint.createdAt, record.lastTimestamp + 1);
    record.lastSave = ++this.disk.saves;
    const place = { traceId, seq: ++record.lastSeq, timestamp: record.lastTimestamp };
    const head: StoredHead = { ...given, ...place, bytes, stateBytes: bytes };
    record.entries.push({ head, checkpoint, savedAt: Date.now(), notes: new Map() });
    const change = { traceId, version: ++record.version, origin: "local", kind: "saved" } as const;
    this.disk.tell(this, { ...change, head: copyOf(head) });
  }

  protected latestOf(traceId: string): string | null {
    return this.entries(traceId).at(-1)?.head.id ?? null;
  }

  /** What a prune removes: nothing that is pinned, unless it removes all. */
  protected pruned(traceId: string, keep: number): readonly Entry[] {
    return this.beyond(traceId, keep).filter(({ head }) => keep === 0 || head.metadata?.["pinned"] !== true);
  }

  /** All but the newest. */
  protected beyond(traceId: string, keep: number): readonly Entry[] {
    const entries = this.entries(traceId);
    return entries.slice(0, Math.max(0, entries.length - keep));
  }

  /** What retention removes, newest first. */
  protected fading(
    traceId: string,
    { keepLast = Infinity, maxAgeMs = Infinity, maxBytes = Infinity }: Retention,
  ): Entry[] {
    const stays = new Set(
      this.entries(traceId).filter(({ head }, i, all) => i === all.length - 1 || head.metadata?.["pinned"] === true),
    );
    const gone = new Set(
      [
        ...this.beyond(traceId, keepLast),
        ...this.entries(traceId).filter(({ savedAt }) => savedAt < Date.now() - maxAgeMs),
      ].filter((entry) => !stays.has(entry)),
    );
    let bytes = this.entries(traceId).reduce((sum, entry) => (gone.has(entry) ? sum : sum + bytesOf(entry)), 0);
    for (const entry of this.entries(traceId)) {
      if (bytes <= maxBytes) break;
      if (stays.has(entry) || gone.has(entry)) continue;
      gone.add(entry);
      bytes -= bytesOf(entry);
    }
    return this.entries(traceId)
      .filter((entry) => gone.has(entry))
      .reverse();
  }

  protected remove(traceId: string, gone: readonly Entry[], kind: "deleted" | "pruned"): void {
    const record = this.disk.trace(traceId);
    record.entries = record.entries.filter((entry) => !gone.includes(entry));
    const ids = gone.map(({ head }) => head.id);
    this.disk.tell(this, { traceId, version: ++record.version, origin: "local", kind, ids });
  }
}

function entriesOf(entries: object): (readonly [string, unknown])[] {
  if (Array.isArray(entries) || entries instanceof Set) throw new TypeError("entries should be an object or a map");
  return Reflect.ownKeys(entries).map((key) => [key as string, Reflect.get(entries, key)]);
}

function bytesOf({ head, notes }: Entry): number {
  return head.bytes + (notes.size === 0 ? 0 : sizeOf(notes));
}

function checkId(id: unknown): void {
  if (typeof id !== "string" || id === "") throw new TypeError("an id should be a string that is not empty");
}

function checkCheckpoint(checkpoint: Checkpoint): void {
  if (typeof checkpoint !== "object" || checkpoint === null) throw new TypeError("a checkpoint should be an object");
  checkId(checkpoint.id);
  if (checkpoint.parentId !== undefined) checkId(checkpoint.parentId);
  if (!Number.isFinite(checkpoint.createdAt)) throw new TypeError("createdAt should be a finite number");
  checkState(checkpoint.state);
}

/** A promise is a state that someone forgot to await. */
function checkState(state: unknown): void {
  if (isPromise(state)) throw new TypeError("the state is a promise");
}

function isPromise(value: unknown): boolean {
  try {
    return value instanceof Promise;
  } catch {
    // A proxy that can't even be asked; the copy says so by its path.
    return false;
  }
}
