import type { Backend } from "../../src/core/backend.ts";
import { CheckpointStoreError } from "../../src/core/errors.ts";

/** What several connections have in common. */
export type Disk = Pick<Backend, "read" | "write">;

/** A connection to a disk, which stays as it is when the connection is closed. */
export function connectionTo(disk: Disk): Backend {
  const running = new Set<Promise<unknown>>();
  let isClosed = false;
  const run = <T>(start: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new CheckpointStoreError("closed", "the connection was closed"));
    const turn = start();
    running.add(turn);
    const forget = (): void => void running.delete(turn);
    turn.then(forget, forget);
    return turn;
  };
  return {
    read: (work) => run(() => disk.read(work)),
    write: (work) => run(() => disk.write(work)),
    async close() {
      isClosed = true;
      await Promise.allSettled(running);
    },
  };
}
