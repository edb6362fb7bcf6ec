import type { Remote, RemoteEntry } from "../../core/remote.ts";
import { assert, assertEqual, assertRefused, rejectionOf } from "../assertions.ts";
import { noiseBytes } from "../steps.ts";
import type { RemoteCase } from "./subject.ts";

function entry(id: string, length = 40): RemoteEntry {
  return { id, bytes: noiseBytes(id.length + length, length) };
}

async function idsOf(remote: Remote, traceId: string, after = 0): Promise<string[]> {
  return (await remote.read(traceId, { after })).entries.map(({ id }) => id);
}

/** Appends entries, one after the other. Returns the version after each. */
async function appendAll(remote: Remote, traceId: string, ids: readonly string[], start = 0): Promise<number[]> {
  const versions: number[] = [];
  for (const id of ids) {
    versions.push(await remote.append(traceId, entry(id), { version: versions.at(-1) ?? start }));
  }
  return versions;
}

/** Waits until something holds. A remote may take its time to tell, but not for ever. */
async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert(holds(), what);
}

/** Every case there is for a remote. */
export const remoteCases: readonly RemoteCase[] = [
  {
    name: "remote: a log that nobody has appended to is empty, of version 0",
    async run({ open }) {
      const { version, entries } = await (await open()).read("run", { after: 0 });
      assert(version === 0 && entries.length === 0, `the log should be empty, and has version ${version}`);
    },
  },
  {
    name: "remote: entries come back in the order of appending, to every device, byte for byte",
    async run({ open }) {
      const [remote, other] = [await open(), await open()];
      const all = [entry("a"), entry("b", 0), entry("c", 5_000), entry("a", 7)];
      let version = 0;
      for (const one of all) version = await remote.append("run", one, { version });
      const log = await other.read("run", { after: 0 });
      await assertEqual(
        log.entries.map(({ id, bytes }) => ({ id, bytes })),
        all.map(({ id, bytes }) => ({ id, bytes })),
        "the entries",
      );
      assert(log.version === version, `the log should have version ${version}, not ${log.version}`);
    },
  },
  {
    name: "remote: versions grow, and a read begins after the one it is given",
    async run({ open }) {
      const remote = await open();
      const versions = await appendAll(remote, "run", ["a", "b", "c"]);
      assert(0 < versions[0]! && versions[0]! < versions[1]! && versions[1]! < versions[2]!, `versions ${versions}`);
      const { entries } = await remote.read("run", { after: 0 });
      await assertEqual(
        entries.map(({ version }) => version),
        versions,
        "the versions of the entries",
      );
      await assertEqual(await idsOf(remote, "run", versions[0]), ["b", "c"], "what is younger than the first");
      await assertEqual(await idsOf(remote, "run", versions[2]), [], "what is younger than the last");
    },
  },
  {
    name: "remote: an append on another version than the log's is a conflict, and stores nothing",
    async run({ open }) {
      const [remote, other] = [await open(), await open()];
      const [first, second] = await appendAll(remote, "run", ["a", "b"]);
      for (const version of [0, first!, second! + 1]) {
        await assertRefused(() => other.append("run", entry("late"), { version }), "conflict", `version ${version}`);
      }
      await assertEqual(await idsOf(remote, "run"), ["a", "b"], "the log");
    },
  },
  {
    name: "remote: of several appends on one version, one is made",
    async run({ open }) {
      const devices = await Promise.all([open(), open(), open()]);
      const [version] = await appendAll(devices[0]!, "run", ["a"]);
      const outcomes = await Promise.allSettled(
        devices.map((device, n) => device.append("run", entry(`device ${n}`, 3_000), { version: version! })),
      );
      const made = outcomes.flatMap(({ status }, n) => (status === "fulfilled" ? [`device ${n}`] : []));
      assert(made.length === 1, `one append should be made, not ${made.length}`);
      await assertEqual(await idsOf(devices[0]!, "run"), ["a", ...made], "the log");
    },
  },
  {
    name: "remote: logs keep to themselves, whatever their names",
    async run({ open }) {
      const remote = await open();
      const names = [
        "run",
        "run.1",
        "run 1",
        "run/1",
        "*",
        ">",
        "a.>",
        "é",
        "\u{1f600}",
        "\u0000",
        "RUN",
        "~".repeat(90),
      ];
      for (const name of names) await remote.append(name, entry(name), { version: 0 });
      for (const name of names) await assertEqual(await idsOf(remote, name), [name], `the log of ${name}`);
    },
  },
  {
    name: "remote: an entry of 3 MB is one entry, and can be appended behind",
    async run({ open }) {
      const remote = await open();
      const large = entry("large", 3_000_000);
      const version = await remote.append("run", large, { version: 0 });
      await appendAll(remote, "run", ["small"], version);
      const { entries } = await (await open()).read("run", { after: 0 });
      await assertEqual(
        entries.map(({ id }) => id),
        ["large", "small"],
        "the log",
      );
      await assertEqual(entries[0]!.bytes, large.bytes, "the large entry");
      await assertEqual(await idsOf(remote, "run", version), ["small"], "what comes after the large one");
    },
  },
  {
    name: "remote: a replacement is all that there is, and younger than what it replaces",
    async run({ open }) {
      const [remote, other] = [await open(), await open()];
      const versions = await appendAll(remote, "run", ["a", "b", "c"]);
      await assertRefused(() => other.replace("run", entry("late"), { version: versions[1]! }), "conflict", "replace");
      await assertEqual(await idsOf(remote, "run"), ["a", "b", "c"], "the log as it was");
      const version = await remote.replace("run", entry("all", 2_000_000), { version: versions[2]! });
      assert(version > versions[2]!, `version ${version} should be higher than ${versions[2]}`);
      await assertEqual(await idsOf(other, "run"), ["all"], "the log");
      await assertEqual(await idsOf(other, "run", versions[2]), ["all"], "what is younger than what was replaced");
      await appendAll(other, "run", ["d"], version);
      await assertEqual(await idsOf(remote, "run"), ["all", "d"], "the log as it goes on");
    },
  },
  {
    name: "remote: watching tells of what there is, and of what comes",
    async run({ open }) {
      const [remote, other] = [await open(), await open()];
      const versions = await appendAll(remote, "run 1", ["a", "b"]);
      const heard: string[] = [];
      const ending = new AbortController();
      await other.watch((traceId) => void heard.push(traceId), { signal: ending.signal });
      await eventually(() => heard.includes("run 1"), "it should tell of the log that is there");
      heard.length = 0;
      await appendAll(remote, "run 2", ["a"]);
      await eventually(() => heard.includes("run 2"), "it should tell of a new log");
      heard.length = 0;
      await remote.replace("run 1", entry("all"), { version: versions[1]! });
      await eventually(() => heard.includes("run 1"), "it should tell of a replacement");
      ending.abort();
      heard.length = 0;
      await appendAll(remote, "run 3", ["a"]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await assertEqual(heard, [], "what is heard once it was ended");
    },
  },
  {
    name: "remote: calls with a signal that was aborted reject with its reason, and do nothing",
    async run({ open }) {
      const remote = await open();
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      const calls = {
        read: () => remote.read("run", { after: 0, signal }),
        append: () => remote.append("run", entry("a"), { version: 0, signal }),
        replace: () => remote.replace("run", entry("a"), { version: 0, signal }),
        watch: () => remote.watch(() => undefined, { signal }),
      };
      for (const [name, call] of Object.entries(calls)) {
        assert((await rejectionOf(call, name)) === reason, `${name} should reject with the signal's reason`);
      }
      await assertEqual(await idsOf(remote, "run"), [], "the log");
    },
  },
];
