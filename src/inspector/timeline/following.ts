import type { CheckpointId } from "../../core/checkpoint.ts";

/**
 * Which checkpoint is shown. As in a log, that is the newest until somebody selects another one, and the newest again
 * once they ask for it.
 */
export interface Following {
  readonly isFollowing: boolean;
  readonly selectedId: CheckpointId | undefined;
}

/** What a timeline begins with. */
export const FOLLOWING: Following = { isFollowing: true, selectedId: undefined };

/** Selects a checkpoint, which ends the following. */
export function select(selectedId: CheckpointId): Following {
  return { isFollowing: false, selectedId };
}

/** Goes to the newest checkpoint, and stays there. */
export function follow(latestId: CheckpointId | undefined): Following {
  return { isFollowing: true, selectedId: latestId };
}

/**
 * Returns what is shown once there are other checkpoints. Where the selected one is gone, it is the one that was saved
 * just before it.
 *
 * @param before - The checkpoints so far, oldest first.
 * @param after - Those that there are now.
 */
export function afterChange(
  { isFollowing, selectedId }: Following,
  {
    before,
    after,
    latestId,
  }: {
    readonly before: readonly CheckpointId[];
    readonly after: ReadonlySet<CheckpointId>;
    readonly latestId: CheckpointId | undefined;
  },
): Following {
  if (isFollowing || selectedId === undefined) return { isFollowing, selectedId: latestId };
  if (after.has(selectedId)) return { isFollowing, selectedId };
  const earlier = before
    .slice(0, before.indexOf(selectedId) + 1)
    .reverse()
    .find((id) => after.has(id));
  return { isFollowing, selectedId: earlier ?? latestId };
}
