import type { Backend } from "../core/backend.ts";
import type { CheckpointHead, TraceId } from "../core/checkpoint.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { STATES } from "../log/scopes.ts";
import { isSameMetadata, metadataOf, openHead } from "../log/heads.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { decodeState } from "../pieces/decode.ts";
import { readSnapshot } from "../pieces/read-snapshot.ts";
import { isSameState } from "../state/equality.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { findStored, naming, readable, type Stored } from "./load.ts";
import type { Saved } from "./save.ts";

/**
 * Finds out what a save was in conflict with. If that is the same checkpoint, saved before, the save has succeeded: it
 * was a retry. The fields in `left` are not compared: the caller left them to its handle, which gives a retry others.
 *
 * @param error - The conflict.
 * @throws CheckpointStoreError `conflict`: a checkpoint of the same id has other content, or is in another trace.
 * @throws `error`, if there is no checkpoint of that id.
 */
export async function findSame(
  backend: Backend,
  {
    head,
    snapshot,
    traceId,
    left,
    codecs,
    error,
  }: {
    head: CheckpointHead;
    snapshot: Snapshot;
    traceId: TraceId;
    left: ReadonlySet<string>;
    codecs: Codecs;
    error: unknown;
  },
): Promise<Saved> {
  const stored = await backend.read((transaction) => findStored(transaction, head.id), STATES);
  if (stored === undefined) throw error;
  const { record } = stored;
  const refuse = (what: string): CheckpointStoreError =>
    new CheckpointStoreError("conflict", `checkpoint ${head.id} is there already, ${what}`, {
      traceId,
      checkpointId: head.id,
      cause: error,
    });
  if (record.traceId !== traceId) throw refuse(`in trace ${record.traceId}`);
  const isSameHead = (["parentId", "nextNode", "graphHash", "createdAt"] as const).every(
    (key) => left.has(key) || record[key] === head[key],
  );
  const metadata = await metadataOf(record, codecs);
  if (!isSameHead || !isSameMetadata(metadata, head.metadata)) throw refuse("with another head");
  const there = await snapshotOf(stored, codecs);
  if (!isSameState(snapshot.root, there.root)) throw refuse("with another state");
  return { head: await openHead(record, codecs), version: undefined, pruned: [] };
}

/** Returns the state of a stored checkpoint as a snapshot. @throws `corrupted`, `codec-mismatch`. */
export function snapshotOf(stored: Stored, codecs: Codecs): Promise<Snapshot> {
  return naming(stored.record, async () => {
    const { state, options } = readable(stored, codecs);
    return readSnapshot(await decodeState(state, options), { nextNumber: 0 }).snapshot;
  });
}
