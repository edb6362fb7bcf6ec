import { expect } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Retention } from "../../src/core/retention.ts";
import { SaveClock } from "../../src/log/clock.ts";
import {
  isIntactRecord,
  rangeOf,
  type CheckpointRecord,
  type PieceRecord,
  type SegmentRecord,
  type TraceRecord,
} from "../../src/log/records.ts";
import { changed, fenceOf, putTrace, readTrace } from "../../src/log/trace-record.ts";
import { Codecs } from "../../src/pieces/codecs.ts";
import { capture } from "../../src/state/capture.ts";
import { difference } from "../../src/testing/equality.ts";
import { decodeBase, readBase, type Base } from "../../src/verbs/base.ts";
import { foldOnce } from "../../src/verbs/fold.ts";
import { decodeCheckpoint, findStored } from "../../src/verbs/load.ts";
import { removeAndStore } from "../../src/verbs/remove.ts";
import { applyRetention } from "../../src/verbs/retain.ts";
import { prepareSave, writeSaves, type Saved } from "../../src/verbs/save.ts";
import { copyOf } from "../conformance/known-bad/copy.ts";

export const CODECS = new Codecs([createSuperjsonCodec()], { store: "s" });
const NO_RETENTION: Retention = {};

/** A trace in records, worked on by the verbs alone; and beside it, copies of the states that it has to hold. */
export class RecordedTrace {
  readonly id: string;
  readonly backend: ReturnType<typeof createMemoryBackend>;
  readonly states = new Map<string, unknown>();
  readonly clock = new SaveClock();
  base: Base | undefined;
  #count = 0;

  constructor(id = "t", backend = createMemoryBackend()) {
    this.id = id;
    this.backend = backend;
  }

  async save(
    state: unknown,
    { retention = NO_RETENTION, isPinned = false }: { retention?: Retention; isPinned?: boolean } = {},
  ): Promise<Saved> {
    const base = (this.base ??= await decodeBase(await this.backend.read((tx) => readBase(tx, this.id)), CODECS));
    const id = `${this.id}-${(this.#count += 1)}`;
    const snapshot = capture(state, { base: base.snapshot });
    const head = { id, createdAt: this.#count, traceId: this.id, ...(isPinned && { metadata: { pinned: true } }) };
    const prepared = await prepareSave(head, snapshot, { base, codecs: CODECS, clock: this.clock });
    const saves = [{ ...prepared, rules: { retention, owner: undefined } }];
    const { trace, saved } = await this.backend.write((tx) => writeSaves(tx, this.id, { saves, base }));
    base.trace = trace;
    base.fence = fenceOf(trace);
    this.states.set(id, copyOf(state));
    for (const gone of saved[0]!.pruned) this.states.delete(gone);
    return saved[0]!;
  }

  /** Removes the checkpoints at these places among those that are there, oldest first. */
  async remove(first: number, last: number): Promise<void> {
    const positions = (await this.#keys()).map((key) => key[1] as number);
    if (positions.length === 0) return;
    const [from, to] = [positions[first]!, positions[last]!];
    const { ids, trace } = await this.backend.write(async (tx) =>
      removeAndStore(tx, (await readTrace(tx, this.id))!, { from, to }),
    );
    expect(ids).toHaveLength(last - first + 1);
    for (const id of ids) this.states.delete(id);
    const isLatestGone = trace === undefined || last === positions.length - 1;
    this.base = isLatestGone ? undefined : this.base && { ...this.base, trace, fence: fenceOf(trace) };
  }

  async retain(retention: Retention): Promise<string[]> {
    const before = await this.trace();
    if (before === undefined) return [];
    const ids = await this.backend.write(async (tx) => {
      const { ids: gone, trace } = await applyRetention(tx, before, retention);
      putTrace(tx, changed(trace));
      return gone;
    });
    for (const id of ids) this.states.delete(id);
    this.base = undefined;
    return [...ids];
  }

  async fold(): Promise<void> {
    while (await this.backend.write((tx) => foldOnce(tx, this.id)));
  }

  trace(): Promise<TraceRecord | undefined> {
    return this.backend.read((tx) => readTrace(tx, this.id));
  }

  async #keys() {
    return this.backend.read((tx) => tx.keys("checkpoints", { range: rangeOf(this.id) }));
  }

  async records() {
    return this.backend.read(async (tx) => ({
      checkpoints: await tx.getAll<CheckpointRecord>("checkpoints", { range: rangeOf(this.id) }),
      rows: await tx.getAll<PieceRecord>("pieces", { range: rangeOf(this.id) }),
      segments: await tx.getAll<SegmentRecord>("segments", { range: rangeOf(this.id) }),
    }));
  }

  /** That everything is there that should be, and counted. */
  async expectWhole(): Promise<void> {
    const { checkpoints, rows, segments } = await this.records();
    expect(checkpoints.map(({ id }) => id)).toEqual([...this.states.keys()]);
    for (const [id, state] of this.states) {
      const stored = await this.backend.read((tx) => findStored(tx, id));
      expect(await difference((await decodeCheckpoint(stored!, CODECS)).state, state)).toBeUndefined();
    }
    const blocks = [...rows, ...segments.flatMap((segment) => segment.blocks)].map(({ block }) => block);
    expect(new Set(blocks).size).toBe(blocks.length);
    for (const { first, last, count, bytes, blocks: folded } of segments) {
      const numbers = folded.map(({ block }) => block);
      expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
      expect([numbers[0], numbers.at(-1), numbers.length]).toEqual([first, last, count]);
      expect(folded.reduce((sum, block) => sum + block.bytes, 0)).toBe(bytes);
    }
    const trace = await this.trace();
    if (checkpoints.length === 0) {
      expect({ trace, blocks }).toEqual({ trace: undefined, blocks: [] });
      return;
    }
    expect(isIntactRecord(trace!)).toBe(true);
    expect(trace).toMatchObject({
      checkpoints: checkpoints.length,
      bytes: sum(checkpoints, "recordBytes") + sum(rows, "bytes") + sum(segments, "bytes"),
      stateBytes: sum(checkpoints, "stateBytes"),
      latest: { id: checkpoints.at(-1)!.id },
      pinned: checkpoints.filter(({ isPinned }) => isPinned === true).map(({ seq }) => seq),
    });
  }
}

function sum<K extends string>(records: readonly Record<K, number>[], field: K): number {
  return records.reduce((total, record) => total + record[field], 0);
}
