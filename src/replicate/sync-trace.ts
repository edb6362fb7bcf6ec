import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError, isCheckpointStoreError } from "../core/errors.ts";
import { findCheckpoint, newestCheckpoint } from "../log/checkpoints.ts";
import { idsOf, rangeOf, type NoteRecord, type Replica } from "../log/records.ts";
import { divert } from "../store/diverting.ts";
import type { StoreCore } from "../store/store-core.ts";
import { Applying, ChangedMeanwhile, readHere, type Here, type Progress } from "./applying.ts";
import { blocksFor, endAfter, LogReader, NOWHERE, type LogEntry, type Standing } from "./log-reader.ts";
import { Pushing } from "./pushing.ts";
import type { Log, SyncParts } from "./sync-parts.ts";
import { START } from "./wire.ts";

/** What came of it. */
export interface Synced {
  /** The version of the log that the trace is the same as. */
  readonly version: number;
  /** Entries that are not what they say: they were left out. */
  readonly setAside: readonly CheckpointStoreError[];
}

/** Each round gets further, unless somebody else did. */
const MAX_ROUNDS = 100;

/**
 * Brings a trace and its log to the same point.
 *
 * What the log has is stored first. If this store went on, too, its own checkpoints move into a fork: the log has won. What
 * is left is appended, each checkpoint if the log still is what was read. If it is not, all begins anew. That also tells
 * what became of an append whose acknowledgement was lost: it is there, under its id.
 *
 * @throws As {@link Remote}; and what the store throws.
 */
export async function syncTrace(parts: SyncParts, traceId: TraceId): Promise<Synced> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    parts.signal?.throwIfAborted();
    const here = await parts.core.read((transaction) => readHere(transaction, traceId));
    const log = await readLog(parts, traceId, here);
    try {
      if (await isTogether(parts, { traceId, here, log })) return { version: log.version, setAside: log.setAside };
    } catch (error) {
      const isBehind = error instanceof ChangedMeanwhile || isCheckpointStoreError(error, "conflict");
      if (!isBehind || (isCheckpointStoreError(error, "conflict") && error.checkpointId !== undefined)) throw error;
    }
  }
  const message = `trace ${traceId} and its log change too fast to be brought together`;
  throw new CheckpointStoreError("unavailable", message, { traceId });
}

/** Reads what the store does not have of a log: from where it stands or, if that can't be found, from the start. */
async function readLog(parts: SyncParts, traceId: TraceId, { replica, latest }: Here): Promise<Log> {
  const { remote, codec, core } = parts;
  const options = parts.signal === undefined ? {} : { signal: parts.signal };
  const isKnown = replica !== undefined && replica.isDeleted !== true && replica.isCut !== true;
  const { id } = isKnown ? replica : {};
  const base = id === undefined ? undefined : await core.read((transaction) => findCheckpoint(transaction, id));
  if (isKnown && (id === undefined || base?.traceId === traceId)) {
    const { version, entries } = await remote.read(traceId, { after: replica.version, ...options });
    const reader = new LogReader(codec, traceId, { link: replica.link, base });
    for (const entry of entries) await reader.take(entry);
    const { entries: rest, setAside } = reader;
    if (version >= replica.version && (rest.length > 0 || entries.length === 0)) {
      const link = rest[rest.length - 1]?.link ?? replica.link;
      const count = replica.count + rest.length;
      return { version, link, rest, before: undefined, common: standingOf(replica), count, setAside };
    }
  }
  const { version, entries } = await remote.read(traceId, { after: 0, ...options });
  const reader = new LogReader(codec, traceId);
  for (const entry of entries) await reader.take(entry);
  const { entries: all, setAside } = reader;
  const link = all[all.length - 1]?.link ?? START;
  const at = await commonOf(parts, traceId, { all, here: { replica, latest } });
  const before = all.slice(0, at.index + 1);
  return { version, link, rest: all.slice(at.index + 1), before, common: at.common, count: all.length, setAside };
}

/** Finds the newest entry that the store has, and where the trace stood with it. */
async function commonOf(
  { core }: SyncParts,
  traceId: TraceId,
  {
    all,
    here: { replica, latest },
  }: { readonly all: readonly LogEntry[]; readonly here: Pick<Here, "replica" | "latest"> },
): Promise<{ readonly index: number; readonly common: Standing | undefined }> {
  const known = all.findIndex(({ link }) => link === replica?.link);
  // What was deleted here stands nowhere, but the log is to hear of it where it has come to.
  if (known >= 0) {
    const common = replica?.isDeleted === true ? NOWHERE : endAfter(all.slice(0, known + 1), NOWHERE);
    return { index: known, common };
  }
  const [first] = all;
  if (first?.said.kind === "checkpoint" && replica !== undefined && first.said.covers.includes(replica.link)) {
    return { index: -1, common: standingOf(replica) };
  }
  if (latest === undefined) return { index: -1, common: NOWHERE };
  const ids = new Set(await idsAfter(core, traceId, 0));
  for (let index = all.length - 1; index >= 0; index -= 1) {
    const { said } = all[index]!;
    if (said.kind !== "checkpoint" || !ids.has(said.checkpoint.head.id)) continue;
    return { index, common: endAfter(all.slice(0, index + 1), NOWHERE) };
  }
  // Of an empty log, the store has all there is: it is filled from the start.
  return { index: -1, common: all.length === 0 ? NOWHERE : undefined };
}

function standingOf({ id, end }: Replica): Standing {
  return { ...(id !== undefined && { id }), end };
}

/** What was found before a round: the trace, its log, and what of the log the trace does not have. */
interface Round {
  readonly traceId: TraceId;
  readonly here: Here;
  readonly log: Log;
  readonly rest: readonly LogEntry[];
  /** The ids of the trace's checkpoints that come after the common one. */
  readonly tail: ReadonlySet<CheckpointId>;
}

/** Whether a trace and its log are the same, at the end of a round that has brought them together as far as it can. */
async function isTogether(parts: SyncParts, { traceId, here, log }: Omit<Round, "rest" | "tail">): Promise<boolean> {
  const pushing = new Pushing(parts, traceId, log);
  const rest = [...log.rest];
  if (parts.direction !== "pull") {
    for (const notes of bySeq(here.notes)) rest.push(...(await pushing.notes(notes)));
  }
  if (rest.length === 0) return parts.direction === "pull" || pushing.rest(here, log.common ?? NOWHERE);
  const tail = new Set(await idsAfter(parts.core, traceId, log.common?.end.seq ?? 0));
  await apply(parts, { traceId, here, log, rest, tail });
  return false;
}

/** Stores what of a log the trace does not have, after what was saved here has made way for it. */
async function apply(parts: SyncParts, round: Round): Promise<void> {
  const { core, removals } = parts;
  const { traceId, here, log, rest, tail } = round;
  const isHere = ({ said }: LogEntry): boolean => said.kind === "checkpoint" && tail.has(said.checkpoint.head.id);
  const firstNew = rest.findIndex((entry) => changesState(entry) && !isHere(entry));
  if (firstNew >= 0) {
    // What comes before are appends of this very device, whose acknowledgements were lost.
    const common = log.common && endAfter(rest.slice(0, firstNew), log.common);
    if (await makeWay(parts, { traceId, here, common })) return;
  }
  const applying = new Applying(core, traceId, here);
  let standing = log.common ?? NOWHERE;
  let count = log.count - log.rest.length;
  for (const [i, entry] of rest.entries()) {
    const { version, link, said } = entry;
    standing = endAfter([entry], standing);
    count += 1;
    const progress: Progress = { version, link, count, ...standing };
    if (said.kind === "notes") await applying.notes(said.of, said.notes, progress);
    else if (said.kind === "removal") await applying.removal(removals ? said.ids : [], progress);
    else if (said.kind === "deletion" && removals) await applying.deletion(progress);
    else if (said.kind === "deletion" || isHere(entry)) await applying.removal([], progress);
    else {
      const blocks = log.before && blocksFor(said.checkpoint, [...log.before, ...rest.slice(0, i + 1)]);
      try {
        await applying.checkpoint({ ...said.checkpoint, ...(blocks && { blocks }) }, progress);
      } catch (error) {
        if (isCheckpointStoreError(error) || error instanceof ChangedMeanwhile) throw error;
        // It does not follow from what is here, whatever the reason: that goes out of its way.
        if (!(await makeWay(parts, { traceId, here, common: undefined }))) throw error;
        return;
      }
    }
  }
}

function changesState({ said }: LogEntry): boolean {
  return said.kind === "checkpoint" || said.kind === "deletion";
}

/**
 * Has the trace stand at what it has in common with its log, so that what the log has can follow. Returns whether
 * anything had to change for that.
 */
async function makeWay(
  { core, device, onDiverged }: SyncParts,
  { traceId, here, common }: { readonly traceId: TraceId; readonly here: Here; readonly common: Standing | undefined },
): Promise<boolean> {
  const { trace, latest } = here;
  if (trace === undefined || latest === undefined) return false;
  const { record } = latest;
  const isAtEnd = (["seq", "nextBlock", "nextNumber", "timestamp"] as const).every((key) => trace[key] === record[key]);
  if (common !== undefined && record.seq <= common.end.seq && isAtEnd) return false;
  const forkId = `${traceId}~${device}~${record.id}`;
  const end = async () =>
    (await core.read((transaction) => newestCheckpoint(transaction, traceId, common?.end.seq ?? 0))) ?? NOWHERE.end;
  const ids = await divert(core, { traceId, forkId, end });
  if (ids.length > 0) onDiverged?.({ traceId, fork: forkId, ids });
  return true;
}

async function idsAfter(core: StoreCore, traceId: TraceId, seq: number): Promise<CheckpointId[]> {
  const keys = await core.read((transaction) => transaction.keys("checkpoints", { range: rangeOf(traceId, seq + 1) }));
  return idsOf(keys);
}

/** Notes by their checkpoints. */
function bySeq(notes: readonly NoteRecord[]): NoteRecord[][] {
  const found = new Map<number, NoteRecord[]>();
  for (const note of notes) found.set(note.seq, [...(found.get(note.seq) ?? []), note]);
  return [...found.values()];
}
