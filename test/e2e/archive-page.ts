// Runs in the page of the test beside it.
import { createCheckpoint, openStore } from "waystone";
import { exportTraces, importTraces } from "waystone/archive";
import { noise } from "../../src/testing/steps.ts";

const archivePage = {
  /** Stores a run whose every step brings so many bytes, and lets go of old ones. */
  async fill({ steps, stepBytes }: { steps: number; stepBytes: number }): Promise<void> {
    const store = await openStore<{ log: string[] }>("from", { durability: "relaxed" });
    const state = { log: [] as string[] };
    for (let step = 0; step < steps; step++) {
      state.log.push(noise(step, stepBytes));
      if (state.log.length > 4) state.log.shift();
      await store.saveWithTrace("run", createCheckpoint(state));
    }
    await store.close();
  },

  /** Exports all of it into another store, and waits for `sample` every so many bytes. */
  async pass({ everyBytes }: { everyBytes: number }): Promise<{ checkpoints: number; bytes: number }> {
    const [from, to] = await Promise.all([openStore("from"), openStore("to", { durability: "relaxed" })]);
    let bytes = 0;
    let sampledAt = 0;
    const sampling = new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes - sampledAt >= everyBytes) {
          sampledAt = bytes;
          await sample();
        }
        controller.enqueue(chunk);
      },
    });
    const { checkpoints } = await importTraces(to, exportTraces(from).pipeThrough(sampling));
    await Promise.all([from.close(), to.close()]);
    return { checkpoints, bytes };
  },
};

declare global {
  var archivePage: ArchivePage;
  /** Has the test look how much memory is in use. */
  var sample: () => Promise<void>;
}

export type ArchivePage = typeof archivePage;

globalThis.archivePage = archivePage;
