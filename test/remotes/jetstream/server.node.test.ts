import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { headers } from "@nats-io/nats-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Remote } from "../../../src/core/remote.ts";
import { jetstreamRemote, setUpJetstream } from "../../../src/remotes/jetstream.ts";
import { remoteCases, runRemoteCase } from "../../../src/testing/index.ts";
import { createDevice } from "../../replicate/devices.ts";
import { NatsServers } from "../../servers/nats.ts";

let servers: NatsServers;
beforeAll(async () => {
  servers = await NatsServers.start();
  await setUpJetstream(await servers.connect(), { stream: "kit", spaces: "kit.*" });
}, 30_000);
afterAll(() => servers.stop());

describe("JetStream", () => {
  const subject = {
    name: "JetStream",
    open: async (name: string) =>
      jetstreamRemote(await servers.connect(), { stream: "kit", space: `kit.${name}`, timeoutMs: 2_000 }),
  };
  for (const one of remoteCases) {
    test(one.name, { timeout: 30_000 }, async () => expect(await runRemoteCase(subject, one)).toBeUndefined());
  }
});

async function streamOf(
  name: string,
): Promise<{ readonly open: () => Promise<Remote>; purge(): Promise<unknown>; delete(): Promise<unknown> }> {
  const connection = await servers.connect();
  await setUpJetstream(connection, { stream: name, spaces: name });
  const { streams } = await jetstreamManager(connection);
  return {
    open: async () => jetstreamRemote(await servers.connect(), { stream: name, space: name, timeoutMs: 2_000 }),
    purge: () => streams.purge(name),
    delete: async () => {
      await streams.delete(name);
      await setUpJetstream(connection, { stream: name, spaces: name });
    },
  };
}

test("a stream that was purged or deleted is filled again", { timeout: 30_000 }, async () => {
  const { open, ...stream } = await streamOf("lost");
  const [a, b] = [createDevice("a", await open()), createDevice("b", await open())];
  const run = a.store.trace("run");
  for (let i = 0; i < 20; i += 1) await run.save({ i, text: "x".repeat(1_000) });
  await a.sync();
  await b.sync();
  for (const lose of [stream.purge, stream.delete]) {
    await lose();
    await run.save({ i: "after" });
    await a.sync();
    await b.sync();
    const c = createDevice("c", await open());
    await c.sync();
    expect(await b.store.list("run")).toEqual(await run.list());
    expect(await c.store.list("run")).toEqual(await run.list());
  }
  expect([...a.diverged, ...b.diverged]).toEqual([]);
});

test("an append that is cut off between its parts blocks nobody", { timeout: 30_000 }, async () => {
  const { open } = await streamOf("parts");
  const [remote, other] = [await open(), await open()];
  const first = await remote.append("run", { id: "a", bytes: new Uint8Array(10) }, { version: 0 });
  const sent = headers();
  sent.set("Waystone-Id", "cut");
  sent.set("Waystone-Part", "1/3");
  const cut = await jetstream(await servers.connect()).publish("parts.run", "a part", {
    headers: sent,
    expect: { lastSubjectSequence: first },
  });
  const { version, entries } = await other.read("run", { after: 0 });
  expect(entries.map(({ id }) => id)).toEqual(["a"]);
  expect(version).toBe(cut.seq);
  const next = await other.append("run", { id: "b", bytes: new Uint8Array(10) }, { version });
  await remote.append("run", { id: "large", bytes: new Uint8Array(3_000_000) }, { version: next });
  expect((await other.read("run", { after: 0 })).entries.map(({ id }) => id)).toEqual(["a", "b", "large"]);
});

test("what a stream is to be is read back", async () => {
  const connection = await servers.connect();
  await setUpJetstream(connection, { stream: "twice", spaces: "twice" });
  await setUpJetstream(connection, { stream: "twice", spaces: "twice" });
  const other = setUpJetstream(connection, { stream: "twice", spaces: "twice", maxBytes: 1_000_000 });
  await expect(other).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("max_bytes") as string,
  });
});

test("a full stream is told as that, and a server that is not there", { timeout: 30_000 }, async () => {
  const connection = await servers.connect();
  await setUpJetstream(connection, { stream: "full", spaces: "full", maxBytes: 100_000 });
  const remote = jetstreamRemote(connection, { stream: "full", space: "full" });
  const large = { id: "large", bytes: new Uint8Array(90_000) };
  const version = await remote.append("run", large, { version: 0 });
  await expect(remote.append("run", large, { version })).rejects.toMatchObject({ code: "quota-exceeded" });
  const nowhere = jetstreamRemote(connection, { stream: "nowhere", space: "nowhere", timeoutMs: 500 });
  await expect(nowhere.read("run", { after: 0 })).rejects.toMatchObject({ code: "unavailable" });
  await expect(nowhere.append("run", large, { version: 0 })).rejects.toMatchObject({ code: "unavailable" });
});

test("500 steps are pushed with few more bytes than have changed", { timeout: 60_000 }, async () => {
  const { open } = await streamOf("bytes");
  const remote = await open();
  let sent = 0;
  const counting: Remote = {
    read: (...args) => remote.read(...args),
    replace: (...args) => remote.replace(...args),
    watch: (...args) => remote.watch(...args),
    append(traceId, entry, options) {
      sent += entry.bytes.length + entry.id.length;
      return remote.append(traceId, entry, options);
    },
  };
  const a = createDevice("a", counting);
  const state = { task: "tidy up", messages: [] as { role: string; text: string }[] };
  let changed = 0;
  for (let i = 0; i < 500; i += 1) {
    const message = { role: i % 2 ? "user" : "assistant", text: `${i} ${"lorem ipsum ".repeat(220)}` };
    state.messages.push(message);
    changed += JSON.stringify(message).length;
    await a.store.trace("run").save(state);
    if (i % 10 === 9) await a.sync();
  }
  expect(sent).toBeLessThan(changed * 1.3);
});
