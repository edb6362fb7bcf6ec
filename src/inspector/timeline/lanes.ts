import type { StoredHead, TraceId } from "../../core/checkpoint.ts";
import type { TraceHeads } from "./trace-heads.ts";

/** One checkpoint in the timeline. */
export interface TimelineRow {
  readonly head: StoredHead;
  readonly lane: number;
  /** The checkpoint that this one grew from, where that is not the row of the same trace above it. */
  readonly origin?: StoredHead;
  /** Whether it is the newest of its trace. */
  readonly isLatest: boolean;
}

/** The line of one trace, from row to row. */
export interface Track {
  readonly traceId: TraceId;
  readonly lane: number;
  /** The lane that it branches off from, at its first row. */
  readonly from?: number;
  readonly firstRow: number;
  /** The row of its newest checkpoint. */
  readonly lastRow: number;
  /** The row down to which it is drawn: where the last of its forks branches off, if that is later. */
  readonly endRow: number;
}

/** Rows, oldest first, and the lines through them. */
export interface TimelineLayout {
  readonly rows: readonly TimelineRow[];
  readonly tracks: readonly Track[];
  readonly lanes: number;
}

interface Placed {
  readonly head: StoredHead;
  readonly at: number;
  readonly trace: number;
}

interface Branch {
  readonly member: TraceHeads;
  readonly origin: TraceHeads | undefined;
  firstRow: number;
  lastRow: number;
  endRow: number;
}

/**
 * Places the checkpoints of a run and its forks in the order of saving, each trace in a lane of its own. A lane whose
 * trace is finished, and from which nothing more branches off, is given to a later one.
 *
 * @param members - The traces, each after the one that it was forked from.
 * @param originOf - Finds the trace that a trace was forked from.
 */
export function layOut(
  members: readonly TraceHeads[],
  originOf: (member: TraceHeads) => TraceHeads | undefined,
): TimelineLayout {
  const placed = placeInTime(members);
  const branches = branchesOf(members, { placed, originOf });
  const laneOf = assignLanes(branches);
  const lanes = Math.max(0, ...laneOf.values()) + 1;
  const heads = new Map(placed.map(({ head }) => [head.id, head]));
  const above: (StoredHead | undefined)[] = [];
  const rows = placed.map(({ head, trace }): TimelineRow => {
    const { member } = branches[trace]!;
    const previous = above[trace];
    above[trace] = head;
    const origin = head.parentId === undefined || head.parentId === previous?.id ? undefined : heads.get(head.parentId);
    return {
      head,
      lane: laneOf.get(member)!,
      isLatest: member.latest === head,
      ...(origin !== undefined && { origin }),
    };
  });
  const tracks = branches.flatMap(({ member, origin, firstRow, lastRow, endRow }): Track[] => {
    if (firstRow < 0) return [];
    const from = origin === undefined ? undefined : laneOf.get(origin);
    const { traceId } = member;
    return [{ traceId, lane: laneOf.get(member)!, firstRow, lastRow, endRow, ...(from !== undefined && { from }) }];
  });
  return { rows, tracks, lanes };
}

/** Sorts all checkpoints by when they were saved. */
function placeInTime(members: readonly TraceHeads[]): Placed[] {
  const placed: Placed[] = [];
  const times = new Map<string, number>();
  for (const [trace, { heads, begunAt }] of members.entries()) {
    let last = 0;
    for (const [index, head] of heads.entries()) {
      // A fork begins with a copy that has the time of what it copies: it was made shortly before what follows.
      const isCopy = index === 0 && times.has(head.parentId ?? "");
      const own = isCopy ? (heads[1]?.timestamp ?? begunAt ?? head.timestamp) : head.timestamp;
      const at = Math.max(last, head.isDamaged === true ? last : own, isCopy ? times.get(head.parentId!)! : 0);
      last = at;
      times.set(head.id, at);
      placed.push({ head, at, trace });
    }
  }
  return placed.sort((a, b) => a.at - b.at || a.trace - b.trace || a.head.seq - b.head.seq);
}

function branchesOf(
  members: readonly TraceHeads[],
  {
    placed,
    originOf,
  }: { readonly placed: readonly Placed[]; readonly originOf: (member: TraceHeads) => TraceHeads | undefined },
): Branch[] {
  const branches = members.map((member): Branch => ({
    member,
    origin: originOf(member),
    firstRow: -1,
    lastRow: -1,
    endRow: -1,
  }));
  for (const [row, { trace }] of placed.entries()) {
    const branch = branches[trace]!;
    if (branch.firstRow < 0) branch.firstRow = row;
    branch.lastRow = branch.endRow = row;
  }
  const byMember = new Map(branches.map((branch) => [branch.member, branch]));
  for (const { origin, firstRow } of branches) {
    const from = origin && byMember.get(origin);
    if (from !== undefined) from.endRow = Math.max(from.endRow, firstRow);
  }
  return branches;
}

/** Gives each trace the leftmost lane that is free all along it. */
function assignLanes(branches: readonly Branch[]): Map<TraceHeads, number> {
  const laneOf = new Map<TraceHeads, number>();
  const ends: number[] = [];
  for (const { member, firstRow, endRow } of [...branches].sort((a, b) => a.firstRow - b.firstRow)) {
    const free = ends.findIndex((end) => end < firstRow);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = endRow;
    laneOf.set(member, lane);
  }
  return laneOf;
}
