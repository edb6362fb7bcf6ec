import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { isCheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { NoteEntries, NoteOptions } from "../core/trace.ts";
import { encodeNote, type EncodedNote } from "../log/notes.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { capture } from "../state/capture.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { writeNotes, type PreparedNotes } from "../verbs/note.ts";
import { readBlobsOf } from "./read-blobs.ts";
import type { StoreCore } from "./store-core.ts";
import type { TraceQueue } from "./trace-queue.ts";
import { requireFlag, requireId } from "./validate.ts";

const NOTE: OptionNames<NoteOptions> = { once: true };

/** Notes of one call, which wait for their turn. */
interface PendingNotes extends Omit<PreparedNotes, "notes"> {
  readonly notes: readonly { readonly key: string; readonly name: string; readonly snapshot: Snapshot }[];
  resolve(fresh: string[]): void;
  reject(error: unknown): void;
}

/** A call whose notes are ready to be written. */
interface Ready {
  readonly call: PendingNotes;
  readonly prepared: PreparedNotes;
  /** Whether room was made for it on a full disk, which is done once. */
  hasMadeRoom: boolean;
}

/**
 * Keeps notes beside a checkpoint, in the trace's turn. The calls that wait for one in a row share it, and its
 * transaction.
 */
export async function note(
  core: StoreCore,
  {
    traceId,
    owner,
    id,
    entries,
  }: { traceId: TraceId; owner: string | undefined; id: CheckpointId; entries: NoteEntries },
  options: NoteOptions,
): Promise<string[]> {
  requireId(id, "checkpointId");
  requireOptions(options, NOTE, "note");
  const { once = false } = options;
  requireFlag(once, "once");
  core.requireOpen();
  const about = { traceId, checkpointId: id };
  const notes = entriesOf(entries).map(([key, value]) => {
    const name = `entries[${JSON.stringify(key)}]`;
    return { key, name, snapshot: capture(value, { name, about, holding: core.codecs.current }) };
  });
  const queue = core.queue(traceId);
  return new Promise((resolve, reject) => {
    const pending: PendingNotes = { id, notes, once, owner, resolve, reject };
    queue.join(pending, (all) => carryOut(core, queue, all));
  });
}

/** Returns notes with their keys. @throws TypeError. */
function entriesOf(entries: NoteEntries): (readonly [key: string, value: unknown])[] {
  const kind = Object.prototype.toString.call(entries);
  if (kind !== "[object Map]" && kind !== "[object Object]") {
    throw new TypeError(`entries must be an object or a map, got ${kind.slice(8, -1)}`);
  }
  const isMap = kind === "[object Map]";
  const list = isMap
    ? [...(entries as ReadonlyMap<string, unknown>)]
    : Reflect.ownKeys(entries).map(
        (key) => [key as string, (entries as Record<string, unknown>)[key as string]] as const,
      );
  for (const [key] of list) requireId(key, "the key of a note");
  return list;
}

/** Encodes the notes of calls, and writes those of which that is possible. */
async function carryOut(core: StoreCore, queue: TraceQueue, calls: readonly PendingNotes[]): Promise<void> {
  const ready: Ready[] = [];
  for (const call of calls) {
    try {
      const notes = await encodeAll(core.codecs, queue.traceId, call);
      ready.push({ call, prepared: { ...call, notes }, hasMadeRoom: false });
    } catch (error) {
      call.reject(error);
    }
  }
  if (ready.length > 0) await write(core, queue, ready);
}

function encodeAll(codecs: Codecs, traceId: TraceId, { id, notes }: PendingNotes): Promise<EncodedNote[]> {
  const about = { traceId, checkpointId: id };
  return Promise.all(
    notes.map(async ({ key, name, snapshot }) => {
      await readBlobsOf(snapshot, { name, codec: codecs.current, about });
      return encodeNote({ traceId, id }, { key, snapshot }, codecs);
    }),
  );
}

/** Writes the notes of calls in one transaction; if that fails, those of each call alone. */
async function write(core: StoreCore, queue: TraceQueue, ready: readonly Ready[]): Promise<void> {
  const { traceId } = queue;
  const calls = ready.map(({ prepared }) => prepared);
  try {
    const { before, trace, written } = await core.backend.write((transaction) =>
      writeNotes(transaction, { traceId, calls, codecs: core.codecs }),
    );
    queue.follow(before, trace);
    for (const [i, { keys, fresh, version }] of written.entries()) {
      const { call } = ready[i]!;
      if (keys.length > 0) core.changes.report({ kind: "noted", traceId, version, id: call.id, keys });
      call.resolve([...fresh]);
    }
  } catch (error) {
    if (ready.length > 1) for (const one of ready) await write(core, queue, [one]);
    else await recover(core, queue, { one: ready[0]!, error });
  }
}

/** Makes room for a call that found the storage full, once, and tries again. Any other failure is the caller's. */
async function recover(
  core: StoreCore,
  queue: TraceQueue,
  { one, error }: { readonly one: Ready; readonly error: unknown },
): Promise<void> {
  try {
    if (one.hasMadeRoom || !isCheckpointStoreError(error, "quota-exceeded")) throw error;
    one.hasMadeRoom = true;
    const making = core.makeRoom(queue, error);
    // Room may be made in this very trace, whose turn this is.
    queue.waiting = making.then(
      () => undefined,
      () => undefined,
    );
    if (!(await making)) throw error;
  } catch (reason) {
    one.call.reject(reason);
    return;
  } finally {
    queue.waiting = undefined;
  }
  await write(core, queue, [one]);
}
