import { expect, test } from "vitest";
import type { Remote } from "../../src/core/remote.ts";
import { CheckpointStoreError } from "../../src/core/errors.ts";
import { createMemoryRemote } from "../../src/remotes/memory.ts";
import { difference } from "../../src/testing/index.ts";
import { numbers } from "../../src/testing/steps.ts";
import { times } from "../length.ts";
import { createDevice, type Device } from "./devices.ts";

interface State {
  readonly log: string[];
}

/** A remote that does what it is asked and now and then does not say so. */
function losingAnswers(remote: Remote, draw: (bound: number) => number): Remote {
  return {
    ...remote,
    async append(...args) {
      const version = await remote.append(...args);
      if (draw(8) === 0) throw new CheckpointStoreError("unavailable", "the answer was lost");
      return version;
    },
  };
}

async function syncAll(device: Device, remote: Remote): Promise<void> {
  const traces = new Set(["run", ...(await device.store.traces({ prefix: "run" })).map(({ traceId }) => traceId)]);
  for (const traceId of traces) {
    try {
      await device.sync(traceId, remote);
    } catch (error) {
      if (!(error instanceof CheckpointStoreError && error.code === "unavailable")) throw error;
    }
  }
}

/** Saves of three devices that are on- and offline by turns, as a seed has it. Returns what each has saved. */
async function runSchedule(seed: number): Promise<{ devices: Device[]; saved: Map<string, State>; remote: Remote }> {
  const draw = numbers(seed);
  const remote = createMemoryRemote();
  const lossy = losingAnswers(remote, draw);
  const devices = ["a", "b", "c"].map((name) => createDevice(name, remote));
  const saved = new Map<string, State>();
  for (let turn = 0; turn < 9; turn += 1) {
    const device = devices[draw(devices.length)]!;
    const run = device.store.trace("run");
    for (let i = draw(4); i > 0; i -= 1) {
      const state = ((await run.loadLatest())?.state as State | undefined) ?? { log: [] };
      state.log.push(`${saved.size} by ${device.name} in turn ${turn}, ${"x".repeat(draw(400))}`);
      if (state.log.length > 3 && draw(4) === 0) state.log.splice(draw(state.log.length), 1);
      saved.set((await run.save(state)).id, structuredClone(state));
    }
    // Two at once, now and then.
    if (draw(3) > 0) await Promise.all([syncAll(device, lossy), draw(4) === 0 && syncAll(devices[draw(3)]!, lossy)]);
  }
  return { devices, saved, remote };
}

test("of three devices on- and offline, nothing is lost, doubled or wrong", { timeout: 240_000 }, async () => {
  const schedules = times({ short: 1_000, long: 10_000 });
  let forks = 0;
  for (let seed = 1; seed <= schedules; seed += 1) {
    const { devices, saved, remote } = await runSchedule(seed);
    for (let i = 0; i < 2; i += 1) for (const device of devices) await device.sync("run", remote);
    const [first, ...others] = devices.map(({ store }) => store);
    const ids = await first!.list("run");
    for (const other of others) expect(await other.list("run"), `seed ${seed}`).toEqual(ids);
    for (const [id, state] of saved) {
      const found = await Promise.all(devices.map(({ store }) => store.load(id)));
      const there = found.filter((one) => one !== undefined);
      expect(there.length, `seed ${seed}: checkpoint ${id} is nowhere`).toBeGreaterThan(0);
      for (const one of there) expect(await difference(one.state, state), `seed ${seed}, ${id}`).toBeUndefined();
    }
    forks += devices.reduce((sum, { diverged }) => sum + diverged.length, 0);
  }
  // A schedule without any would prove little.
  expect(forks).toBeGreaterThan(schedules / 2);
});

test("whatever acknowledgement of a push is lost, the next one finds that it was stored", async () => {
  for (let lost = 0; lost < 8; lost += 1) {
    const remote = createMemoryRemote();
    let appends = 0;
    const losing: Remote = {
      ...remote,
      async append(...args) {
        const version = await remote.append(...args);
        if (appends++ === lost) throw new CheckpointStoreError("unavailable", "the answer was lost");
        return version;
      },
    };
    const [a, b] = [createDevice("a", losing), createDevice("b", remote)];
    const run = a.store.trace("run");
    for (let i = 0; i < 6; i += 1) await run.save({ i });
    await run.note((await run.loadLatest())!.id, { note: 1 });
    for (let i = 0; i < 8; i += 1) await a.sync().catch(() => undefined);
    await run.note((await run.loadLatest())!.id, { other: 2 });
    for (let i = 0; i < 8; i += 1) await a.sync().catch(() => undefined);
    await b.sync();
    expect(await b.store.list("run"), `acknowledgement ${lost}`).toEqual(await run.list());
    const latest = (await run.loadLatest({ notes: true }))!;
    expect(await difference(await b.store.load(latest.id, { notes: true }), latest)).toBeUndefined();
    // Notes may be said twice, checkpoints never are.
    const { entries } = await remote.read("run", { after: 0 });
    expect(entries.length).toBeLessThanOrEqual(8);
    expect(new Set(entries.slice(0, 6).map(({ id }) => id)).size).toBe(6);
    expect(a.diverged).toEqual([]);
  }
});
