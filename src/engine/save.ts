import type { WriteTransaction } from "../core/backend.ts";
import type { CheckpointHead, CheckpointId, StoredHead, TraceId } from "../core/checkpoint.ts";
import type { PlacedHead } from "../core/codec.ts";
import type { Retention } from "../core/retention.ts";
import type { Tree } from "./capture.ts";
import type { Codecs } from "./codecs.ts";
import { placedHead, sealHead } from "./heads.ts";
import { requireOwner } from "./ownership.ts";
import { appendPieces } from "./pages.ts";
import { planSave, type Plan } from "./plan.ts";
import { isPinned, putCheckpoint } from "./put-checkpoint.ts";
import type { Standing } from "./reading.ts";
import {
  currentLineage,
  EMPTY_LAYOUT,
  headBytes,
  seal,
  without,
  type Lineages,
  type RecordHead,
  type TraceRecord,
} from "./records.ts";
import { changed, newToken } from "./removal.ts";
import { applyRetention } from "./retention.ts";
import type { SaveClock } from "./save-clock.ts";
import { totalWeightOf } from "./tree.ts";

/** A save that was worked out against a standing; all that has to be awaited for it is done. */
export interface PreparedSave {
  readonly tree: Tree;
  readonly plan: Plan;
  readonly head: PlacedHead;
  /** The head as records hold it. */
  readonly recorded: PlacedHead & Pick<RecordHead, "sealed">;
  readonly lineages: Lineages;
  readonly codec: string;
  readonly standing: Standing;
}

/** What a save has come to, once its transaction is complete. */
export interface Written {
  readonly head: StoredHead;
  readonly version: number;
  readonly pruned: readonly CheckpointId[];
  readonly standing: Standing;
}

/** Works out what a save has to write; awaits nothing but the codec. */
export async function prepareSave(
  given: CheckpointHead & { readonly traceId: TraceId },
  { tree, standing, codecs }: { tree: Tree; standing: Standing; codecs: Codecs },
): Promise<PreparedSave> {
  const { trace, rootChunk, foreign } = standing;
  const seq = (trace?.seq ?? 0) + 1;
  const timestamp = trace === undefined ? given.createdAt : Math.max(given.createdAt, trace.timestamp + 1);
  const head: PlacedHead = { ...given, seq, timestamp };
  const lineages: Lineages = trace?.lineages ?? [[0, newToken()]];
  const { current: codec, store } = codecs;
  const binding = { codec, store, lineage: currentLineage(lineages) };
  const recorded = await sealHead(head, binding);
  const plan = await planSave(tree, {
    base: rootChunk,
    foreign,
    nextPiece: trace?.nextPiece ?? 0,
    head: placedHead(recorded),
    ...binding,
  });
  return { tree, plan, head, recorded, lineages, codec: codec.name, standing };
}

/**
 * Writes a prepared save and applies the retention. `check` rejects where the standing does not hold any more.
 *
 * @throws `conflict` where an `owner` is given and the trace is another's.
 */
export async function writeSave(
  transaction: WriteTransaction,
  {
    tree,
    plan,
    head,
    recorded,
    lineages,
    codec,
    standing,
    retention,
    owner,
    clock,
    check,
  }: PreparedSave & { retention: Retention; owner: string | undefined; clock: SaveClock; check?: () => Promise<void> },
): Promise<Written> {
  // Asked for before anything is written, and waited for at the end.
  const owning = owner === undefined ? undefined : requireOwner(transaction, { traceId: head.traceId, owner });
  owning?.catch(() => undefined);
  const { trace: before } = standing;
  const { traceId, seq, timestamp } = head;
  const { nextPiece } = plan;
  const stateBytes = headBytes(recorded) + totalWeightOf(tree.root);
  const { pieces, dropped, root } = plan;
  const parts = { head: recorded, codec, root, lineages, nextPiece, stateBytes, pieces, dropped };
  const { latest, sums } = putCheckpoint(transaction, parts, before);
  const appended = await appendPieces(transaction, traceId, {
    layout: before?.layout ?? EMPTY_LAYOUT,
    tail: standing.tail,
    pieces,
    nextPiece,
  });
  const pinned = before?.pinned ?? [];
  let trace: TraceRecord = {
    traceId,
    token: newToken(),
    version: (before?.version ?? 0) + 1,
    seq,
    timestamp,
    savedAt: clock.next(),
    nextPiece,
    lineages,
    layout: appended.layout,
    checkpoints: (before?.checkpoints ?? 0) + 1,
    pinned: isPinned(head) ? [...pinned, seq] : pinned,
    sweptTo: before?.sweptTo ?? 0,
    bytes: (before?.bytes ?? 0) + latest.bytes,
    stateBytes: (before?.stateBytes ?? 0) + stateBytes,
    ...sums,
    latest,
  };
  const { version } = trace;
  let pruned: readonly CheckpointId[] = [];
  let rest = appended.tail;
  if (Object.keys(retention).length > 0) {
    // What is read from here on must be what the save was worked out against.
    await check?.();
    const swept = await applyRetention(transaction, trace, retention);
    pruned = swept.ids;
    trace = pruned.length === 0 ? swept.trace : changed(swept.trace);
    rest = without(rest, swept.freed);
  }
  transaction.put("traces", seal(trace));
  await owning;
  await check?.();
  return {
    head: { ...head, bytes: latest.bytes, stateBytes },
    version,
    pruned,
    standing: { trace, tree, rootChunk: plan.rootChunk, foreign: [], tail: rest },
  };
}
