import { pickHead, type Checkpoint, type CheckpointHead, type TraceId } from "../core/checkpoint.ts";
import type { CheckpointStoreError } from "../core/errors.ts";
import { combineRetention } from "../core/retention.ts";
import type { Engine } from "./engine.ts";
import { privateMetadata } from "./heads.ts";
import { readTrace } from "./records.ts";
import { storeRemoval } from "./removal.ts";
import { applyRetention } from "./retention.ts";
import { readSummaries } from "./traces.ts";
import type { SaveRules } from "./writer.ts";

/** Saves a checkpoint, and reports what that changed. */
export async function saveCheckpoint(
  engine: Engine,
  checkpoint: Checkpoint,
  { traceId, ...rules }: SaveRules & { traceId: TraceId },
): Promise<void> {
  const { head, version, pruned } = await engine
    .writer(traceId)
    .save(privateHead(traceId, checkpoint), {
      state: checkpoint.state,
      ...rules,
      makeRoom: (error) => makeRoom(engine, { traceId, error }),
    });
  if (version === undefined) return;
  engine.changes.report({ kind: "saved", traceId, version, head });
  if (pruned.length > 0) engine.changes.report({ kind: "pruned", traceId, version: version + 1, ids: pruned });
}

/** A checkpoint's head, out of its maker's reach. @throws `serialization` for metadata that can't be stored. */
function privateHead(traceId: TraceId, checkpoint: CheckpointHead): CheckpointHead {
  const head = pickHead(checkpoint);
  if (head.metadata === undefined) return head;
  return { ...head, metadata: privateMetadata(head.metadata, { traceId, checkpointId: head.id }) };
}

/** Prunes every trace by the rule that the owner gives for this moment; answers whether anything went. */
async function makeRoom(
  engine: Engine,
  situation: { traceId: TraceId; error: CheckpointStoreError },
): Promise<boolean> {
  const rule = await engine.onQuotaExceeded?.(situation);
  if (rule === undefined) return false;
  const retention = combineRetention(rule);
  let isPruned = false;
  for (const { traceId } of await engine.backend.read((transaction) => readSummaries(transaction, {}))) {
    const found = await engine.backend.write(async (transaction) => {
      const before = await readTrace(transaction, traceId).catch(() => undefined);
      if (before === undefined) return undefined;
      return { before, removal: storeRemoval(transaction, await applyRetention(transaction, before, retention)) };
    });
    if (found === undefined || found.removal.ids.length === 0) continue;
    isPruned = true;
    engine.noteRemoval("pruned", found);
  }
  return isPruned;
}
