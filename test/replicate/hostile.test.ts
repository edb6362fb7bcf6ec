import { beforeAll, expect, test } from "vitest";
import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Remote, VersionedEntry } from "../../src/core/remote.ts";
import type { Codec } from "../../src/index.ts";
import { createMemoryRemote } from "../../src/remotes/memory.ts";
import { createDevice, type Device } from "./devices.ts";

let codec: Codec;
beforeAll(async () => {
  const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys });
});

/** A remote that shows something else than what it has. */
function showing(remote: Remote, show: (entries: VersionedEntry[], traceId: string) => VersionedEntry[]): Remote {
  return {
    ...remote,
    async read(traceId, { after, ...options }) {
      const { version, entries } = await remote.read(traceId, { after: 0, ...options });
      return { version, entries: show([...entries], traceId).filter((entry) => entry.version > after) };
    },
  };
}

async function filled(): Promise<{ readonly remote: Remote; readonly writer: Device; readonly ids: string[] }> {
  const remote = createMemoryRemote();
  const writer = createDevice("writer", remote, { codec });
  for (const traceId of ["run", "other"]) {
    for (let step = 0; step < 5; step += 1) await writer.store.trace(traceId).save({ traceId, step });
    await writer.sync(traceId);
  }
  return { remote, writer, ids: (await writer.store.list("run")).reverse() };
}

/** What a device that has never been there makes of it, and how much it has set aside. */
async function seenBy(remote: Remote): Promise<{ readonly ids: string[]; readonly setAside: number }> {
  const reader = createDevice("reader", remote, { codec });
  const { setAside } = await reader.sync();
  for (const error of setAside) expect(error).toMatchObject({ code: "corrupted", traceId: "run" });
  const ids = (await reader.store.list("run")).reverse();
  for (const [step, id] of ids.entries())
    expect((await reader.store.load(id))?.state).toEqual({ traceId: "run", step });
  return { ids, setAside: setAside.length };
}

test("an altered byte, wherever it is, is seen", async () => {
  const { remote, ids } = await filled();
  const { entries } = await remote.read("run", { after: 0 });
  const start = entries[2]!.bytes.indexOf(0x0a) + 1;
  for (let at = start; at < entries[2]!.bytes.length; at += 7) {
    const altered = showing(remote, (all) =>
      all.map((entry, i) => {
        if (i !== 2) return entry;
        const bytes = entry.bytes.slice();
        bytes[at]! ^= 1;
        return { ...entry, bytes };
      }),
    );
    // The name of a key that there is not is another matter than damage.
    const seen = await seenBy(altered).catch(({ code }: { code: string }) => code);
    expect(["codec-mismatch", { ids: ids.slice(0, 2), setAside: 3 }], `byte ${at}`).toContainEqual(seen);
  }
});

test("entries that were swapped, left out, doubled or of another trace are seen", async () => {
  const { remote, ids } = await filled();
  const others = (await remote.read("other", { after: 0 })).entries;
  const again = (all: VersionedEntry[], ...order: number[]) => order.map((i, n) => ({ ...all[i]!, version: n + 1 }));
  const shown: [string, (all: VersionedEntry[]) => VersionedEntry[], number, number][] = [
    ["swapped", (all) => again(all, 0, 2, 1, 3, 4), 2, 3],
    ["left out", (all) => again(all, 0, 2, 3, 4), 1, 3],
    ["doubled", (all) => again(all, 0, 1, 1, 2, 3, 4), 5, 1],
    ["replayed", (all) => again(all, 0, 1, 2, 3, 4, 0, 1), 5, 2],
    ["of another trace", (all) => all.map((entry, i) => (i === 1 ? others[1]! : entry)), 1, 4],
    ["begun late", (all) => all.slice(1), 0, 4],
  ];
  for (const [what, show, there, setAside] of shown) {
    expect(await seenBy(showing(remote, show)), what).toEqual({ ids: ids.slice(0, there), setAside });
  }
});

test("a device that knows better fills in what is left out, and loses nothing", async () => {
  const { remote, writer, ids } = await filled();
  const cut = createMemoryRemote();
  let version = 0;
  for (const entry of (await remote.read("run", { after: 0 })).entries.slice(0, 2)) {
    version = await cut.append("run", entry, { version });
  }
  await cut.append("run", { id: "forged", bytes: new TextEncoder().encode("anything") }, { version });
  expect((await writer.sync("run", cut)).setAside).toHaveLength(1);
  expect((await writer.store.list("run")).reverse()).toEqual(ids);
  expect(writer.diverged).toEqual([]);
  expect((await seenBy(cut)).ids).toEqual(ids);
});

test("nobody without the key can read or append", async () => {
  const { remote } = await filled();
  const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const stranger = createDevice("stranger", remote, {
    codec: createEncryptedCodec({ codec: createSuperjsonCodec(), keys }),
  });
  await stranger.store.trace("run").save({ traceId: "run", step: -1 });
  await expect(stranger.sync()).rejects.toMatchObject({ code: "codec-mismatch" });
  const plain = createDevice("plain", remote);
  await plain.store.trace("run").save({ traceId: "run", step: -1 });
  await expect(plain.sync()).rejects.toMatchObject({ code: "codec-mismatch" });
});
