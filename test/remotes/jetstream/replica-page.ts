import { wsconnect } from "@nats-io/nats-core";
import { openStore } from "../../../src/index.ts";
import { jetstreamRemote } from "../../../src/remotes/jetstream.ts";
import { replicate } from "../../../src/replicate.ts";

/** What a page does that goes on with a run: a browser's part of a test. */
async function goOn({ url, steps }: { readonly url: string; readonly steps: number }): Promise<string[]> {
  const connection = await wsconnect({ servers: url });
  const store = await openStore<{ log: string[] }>("replica-page");
  const replication = replicate(store, jetstreamRemote(connection, { stream: "runs", space: "runs" }), {
    device: "browser",
  });
  await replication.synced("run");
  const run = store.trace("run");
  for (let i = 0; i < steps; i += 1) {
    const state = (await run.loadLatest())?.state ?? { log: [] };
    state.log.push(`browser ${i}`);
    await run.save(state);
  }
  await replication.synced("run");
  await replication.stop();
  await connection.close();
  return run.list();
}

Object.assign(globalThis, { goOn });
