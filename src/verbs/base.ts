import type { ReadTransaction } from "../core/backend.ts";
import type { TraceId } from "../core/checkpoint.ts";
import { plainHead, type TraceRecord } from "../log/records.ts";
import { readFence, readTrace, type Fence } from "../log/trace-record.ts";
import type { Codecs } from "../pieces/codecs.ts";
import { decodeState, type Decoded } from "../pieces/reading/decode.ts";
import { Layout } from "../pieces/layout/layout.ts";
import { readSnapshot } from "../pieces/reading/read-snapshot.ts";
import type { Snapshot } from "../state/snapshot.ts";
import { findLatest, nameError, readable, type FindOptions, type Stored } from "./load.ts";

/** The last position and time, and the next block, that the next save goes on from. */
export interface Cursor {
  readonly seq: number;
  readonly timestamp: number;
  readonly nextBlock: number;
}

/** What the next save of a trace builds on. */
export interface Base {
  /** The trace's record as the last transaction left it; `undefined` for a trace that is not there. */
  trace: TraceRecord | undefined;
  /** The fence of that record: it tells whether the record is still the one that is stored. */
  fence: Fence;
  /** The latest state, stored or about to be; `undefined` if the next save can share nothing with it. */
  snapshot: Snapshot | undefined;
  /** How that state is stored. */
  readonly layout: Layout;
  /**
   * Where the last save that was worked out stands, stored or about to be; `undefined` for a trace that is not there.
   */
  cursor: Cursor | undefined;
}

/** A base as it was read, not decoded yet. */
export interface StoredBase {
  readonly trace: TraceRecord | undefined;
  readonly fence: Fence;
  readonly latest: Stored | undefined;
}

/** Returns the base of a trace that is not there. */
export function emptyBase(): Base {
  return { trace: undefined, fence: undefined, snapshot: undefined, layout: new Layout(), cursor: undefined };
}

/** Reads what the next save of a trace builds on. */
export async function readBase(
  transaction: ReadTransaction,
  traceId: TraceId,
  options: FindOptions = {},
): Promise<StoredBase> {
  const [trace, fence, latest] = await Promise.all([
    readTrace(transaction, traceId),
    readFence(transaction, traceId),
    findLatest(transaction, traceId, options),
  ]);
  return { trace, fence, latest: trace === undefined ? undefined : latest };
}

/**
 * Decodes a base that was read. Returns a promise only if the codec does.
 *
 * @throws `codec-mismatch`.
 */
export function decodeBase({ trace, fence, latest }: StoredBase, codecs: Codecs): Base | Promise<Base> {
  if (trace === undefined) return { ...emptyBase(), fence };
  const { nextNumber } = trace;
  const unshared: Base = { trace, fence, snapshot: undefined, layout: new Layout({ nextNumber }), cursor: trace };
  if (latest === undefined) return unshared;
  const { record } = latest;
  const build = (decoded: Decoded): Base => {
    if (record.codec !== codecs.current.name) {
      codecs.requireNoDowngrade(record);
      return unshared;
    }
    const { snapshot, layout } = readSnapshot(decoded, { nextNumber });
    // Nothing vouches for the record of a trace: what it says of the newest checkpoint could be anybody's.
    return { trace: { ...trace, latest: plainHead(record) }, fence, snapshot, layout, cursor: trace };
  };
  const orUnshared = (reason: unknown): Base => {
    const error = nameError(record, reason);
    // A damaged state must not keep the run from going on: the next save shares nothing with it. A state of another
    // codec or key is sound, and whoever can read it could not read what is saved on top of it.
    const isPassed = codecs.allowsUnreadableLatest && error.code === "codec-mismatch";
    if (isPassed || error.code === "corrupted") return unshared;
    throw error;
  };
  try {
    const { state, options } = readable(latest, codecs);
    const decoded = decodeState(state, options);
    return decoded instanceof Promise ? decoded.then(build).catch(orUnshared) : build(decoded);
  } catch (error) {
    return orUnshared(error);
  }
}
