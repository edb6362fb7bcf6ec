import { afterAll, beforeAll, expect, test } from "vitest";
import { jetstreamRemote, setUpJetstream } from "../../../src/remotes/jetstream.ts";
import { replicate } from "../../../src/replicate.ts";
import { createMemoryStore } from "../../../src/memory.ts";
import { difference } from "../../../src/testing/index.ts";
import { times } from "../../length.ts";
import { NatsServers } from "../../servers/nats.ts";

const KILLS = times({ short: 3, long: 100 });

let servers: NatsServers;
beforeAll(async () => {
  servers = await NatsServers.start({ count: 3 });
  const connection = await servers.connect();
  // The servers have to choose a leader first.
  for (let attempt = 0; ; attempt += 1) {
    try {
      await setUpJetstream(connection, { stream: "runs", spaces: "runs", replicas: 3 });
      break;
    } catch (error) {
      if (attempt === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}, 60_000);
afterAll(() => servers.stop());

test(
  "nodes are killed, some with their disk, and nothing that was acknowledged is lost or doubled",
  { timeout: times({ short: 120_000, long: 3_600_000 }) },
  async () => {
    const open = async (device: string) => {
      const store = createMemoryStore<{ messages: string[] }>();
      const remote = jetstreamRemote(await servers.connect(), { stream: "runs", space: "runs", timeoutMs: 2_000 });
      return { store, replication: replicate(store, remote, { device }) };
    };
    const [writer, reader] = [await open("writer"), await open("reader")];
    const run = writer.store.trace("run");
    const state = { messages: [] as string[] };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const node = kill % 3;
      const wipes = kill % 3 === 2;
      await servers.killNode(node, { wipes });
      for (let i = 0; i < 5; i += 1) {
        state.messages.push(`${kill}.${i} ${"x".repeat(2_000)}`);
        await run.save(state);
      }
      await writer.replication.synced("run");
      await servers.startNode(node);
      // The one that comes back has to catch up before the next one goes: two of three have to be whole.
      await servers.caughtUp("runs");
    }
    await reader.replication.synced("run");
    const ids = await run.list();
    expect(ids).toHaveLength(KILLS * 5);
    expect(await reader.store.list("run")).toEqual(ids);
    for (const id of ids) {
      expect(await difference(await reader.store.load(id), await writer.store.load(id))).toBeUndefined();
    }
    expect(writer.replication.status("run")?.forks).toEqual([]);
    await Promise.all([writer.replication.stop(), reader.replication.stop()]);
  },
);
