import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint, CheckpointOptions } from "../../core/checkpoint.ts";
import type { CheckpointStore } from "../../core/store.ts";
import type { Change } from "../../core/trace.ts";
import { assert, assertBadInput, assertEqual, assertHas, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { noise, saveSteps } from "../steps.ts";

const HOUR_MS = 3_600_000;
/** Longer than a few saves take, on a busy machine too. */
const SHORT_MS = 1_500;
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const PINNED = { metadata: { pinned: true } };

/** Saves states that share a log and have a part of their own each; answers them oldest first. */
async function saveLog(
  store: CheckpointStore,
  traceId: string,
  { count, optionsOf = () => ({}) }: { count: number; optionsOf?: (step: number) => CheckpointOptions },
): Promise<Checkpoint[]> {
  const saved: Checkpoint[] = [];
  const log: string[] = [];
  for (let step = 0; step < count; step++) {
    log.push(noise(step, 600));
    saved.push(createCheckpoint({ log: [...log], own: noise(1_000 + step, 2_000) }, optionsOf(step)));
    await store.saveWithTrace(traceId, saved.at(-1)!);
  }
  return saved;
}

/** What is kept of a trace is kept by each save. */
export const retentionCases: readonly ConformanceCase[] = [
  {
    name: "retention: keepLast keeps so many, with every save",
    needs: ["retention"],
    async run({ open }) {
      const store = await open({ retention: { keepLast: 3 } });
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 8; step++) {
        saved.push(createCheckpoint({ step, text: noise(step, 900) }));
        await store.saveWithTrace("trace", saved.at(-1)!);
        await assertHas(store, "trace", saved.slice(-3));
      }
      assert((await store.load(saved[4]!.id)) === undefined, "what is not kept should not load");
    },
  },
  {
    name: "retention: maxAgeMs keeps what was saved lately, and the latest in any case",
    needs: ["retention"],
    async run({ open }) {
      const store = await open({ retention: { maxAgeMs: SHORT_MS } });
      await saveSteps(store, "trace", { count: 3 });
      await pause(SHORT_MS * 1.2);
      const saved = await saveSteps(store, "trace", { count: 2 });
      await assertHas(store, "trace", saved);
      await pause(SHORT_MS * 1.2);
      await assertHas(store, "trace", saved);
      saved.push(createCheckpoint({ step: 2 }));
      await store.saveWithTrace("trace", saved[2]!);
      await assertHas(store, "trace", saved.slice(2));
    },
  },
  {
    name: "retention: the age of a checkpoint is the time since it was saved, whatever it is dated",
    needs: ["retention"],
    async run({ open }) {
      const store = await open({ retention: { maxAgeMs: HOUR_MS } });
      const now = Date.now();
      const dates = [0, now - 5 * HOUR_MS, now + 1_000 * HOUR_MS, -8.64e15, now];
      const optionsOf = (step: number) => ({ createdAt: dates[step]! });
      await assertHas(store, "trace", await saveSteps(store, "trace", { count: dates.length, optionsOf }));
    },
  },
  {
    name: "retention: maxBytes keeps as many as fit, and the latest in any case",
    needs: ["retention", "traces"],
    async run({ open }) {
      const maxBytes = 16_000;
      const store = await open({ retention: { maxBytes } });
      const saved = await saveLog(store, "trace", { count: 12 });
      const [trace] = await store.traces();
      const { length } = await store.list("trace");
      assert(
        trace!.bytes <= maxBytes || length === 1,
        `${trace!.bytes} bytes in ${length} checkpoints are more than ${maxBytes}`,
      );
      assert(length >= 1, "the latest should be there");
      assert(length < 12, "twelve of them should take more");
      await assertHas(store, "trace", saved.slice(-length));
      const big = createCheckpoint({ text: noise(77, 40_000) });
      await store.saveWithTrace("trace", big);
      await assertHas(store, "trace", [big]);
    },
  },
  {
    name: "retention: maxBytes removes no more than it must",
    needs: ["retention", "traces"],
    async run({ open }) {
      const free = await open();
      const saved = await saveLog(free, "trace", { count: 12 });
      const before = (await free.traces())[0]!.bytes;
      const limited = free.trace("trace", { retention: { maxBytes: before } });
      const small = await limited.save({ last: 1 });
      const { length } = await free.list("trace");
      const after = (await free.traces())[0]!.bytes;
      assert(after <= before, `${after} bytes are more than ${before}`);
      assert(length >= 11, `one or two of thirteen had to go, and ${13 - length} went`);
      await assertHas(free, "trace", [...saved, small].slice(-length));
    },
  },
  {
    name: "retention: pinned checkpoints stay, and all that their states need",
    needs: ["retention"],
    async run({ open }) {
      const store = await open({ retention: [{ keepLast: 2 }, { maxBytes: 12_000 }] });
      const isPinned = (step: number) => step === 1 || step === 2 || step === 6;
      const saved = await saveLog(store, "trace", { count: 12, optionsOf: (step) => (isPinned(step) ? PINNED : {}) });
      const stays = saved.filter((_, step) => isPinned(step));
      const list = await store.list("trace");
      const newest = saved.slice(10).filter(({ id }) => list.includes(id));
      assert(newest.length > 0, "the latest should be there");
      await assertHas(store, "trace", [...stays, ...newest]);
      assert(await store.delete(saved[2]!.id), "a pinned checkpoint can be deleted");
      await assertHas(store, "trace", [stays[0]!, stays[2]!, ...newest]);
    },
  },
  {
    name: "retention: several rules keep what all of them keep",
    needs: ["retention"],
    async run({ open }) {
      const store = await open({ retention: [{ keepLast: 4 }, { maxAgeMs: SHORT_MS }, { keepLast: 6 }] });
      await saveSteps(store, "trace", { count: 3 });
      await pause(SHORT_MS * 1.2);
      const saved = await saveSteps(store, "trace", { count: 2 });
      await assertHas(store, "trace", saved);
      for (let step = 2; step < 8; step++) {
        saved.push(createCheckpoint({ step }));
        await store.saveWithTrace("trace", saved.at(-1)!);
      }
      const list = await store.list("trace");
      assert(list.length <= 4, `four should be kept at the most, not ${list.length}`);
      await assertHas(store, "trace", saved.slice(-list.length));
    },
  },
  {
    name: "retention: a handle's own takes the place of the store's, for its saves",
    needs: ["retention", "trace"],
    async run({ open }) {
      const store = await open({ retention: { keepLast: 2 } });
      const handle = store.trace("trace", { retention: { keepLast: 5 } });
      for (let step = 0; step < 7; step++) await handle.save({ step });
      assert((await store.list("trace")).length === 5, "the handle should keep five");
      await store.saveWithTrace("trace", createCheckpoint({ step: 7 }));
      assert((await store.list("trace")).length === 2, "the store should keep two");
      const plain = store.trace("other");
      for (let step = 0; step < 4; step++) await plain.save({ step });
      assert((await store.list("other")).length === 2, "a handle without a rule should keep what the store keeps");
    },
  },
  {
    name: "retention: concerns the trace that is saved to, and no other",
    needs: ["retention", "trace"],
    async run({ open }) {
      const store = await open();
      const others = await saveSteps(store, "other", { count: 5 });
      const handle = store.trace("trace", { retention: { keepLast: 1 } });
      await handle.save({ step: 0 });
      await assertHas(store, "trace", [await handle.save({ step: 1 })]);
      await assertHas(store, "other", others);
    },
  },
  {
    name: "retention: applies in full with the first save to a trace that has grown without",
    needs: ["retention", "trace", "usage"],
    async run({ open }) {
      const store = await open();
      const saved = await saveLog(store, "trace", { count: 150, optionsOf: (step) => (step % 40 === 7 ? PINNED : {}) });
      const last = await store.trace("trace", { retention: { maxBytes: 1 } }).save({ last: true });
      const stays = saved.filter((_, step) => step % 40 === 7);
      await assertHas(store, "trace", [...stays, last]);
      await store.prune("trace", 0);
      assert((await store.usage()).storedBytes === 0, "nothing should be left behind");
    },
  },
  {
    name: "retention: leaves nothing behind",
    needs: ["retention", "usage"],
    async run({ open }) {
      const store = await open({ retention: { keepLast: 2 } });
      let most = 0;
      for (let step = 0; step < 15; step++) {
        await store.saveWithTrace("trace", createCheckpoint({ text: noise(step, 5_000), step }));
        most = Math.max(most, (await store.usage()).storedBytes);
      }
      assert(most < 5 * 5_000, `two states of 5 kB took ${most} bytes`);
      await store.prune("trace", 0);
      assert((await store.usage()).storedBytes === 0, "nothing should be left behind");
    },
  },
  {
    name: "retention: what it removes is reported as pruned, after the save",
    needs: ["retention", "watch"],
    async run({ open }) {
      const store = await open({ retention: { keepLast: 2 } });
      const changes: Change[] = [];
      store.watch((change) => void changes.push(change));
      const saved = await saveSteps(store, "trace", { count: 4 });
      const kinds = changes.map(({ kind }) => kind);
      await assertEqual(kinds, ["saved", "saved", "saved", "pruned", "saved", "pruned"], "what was reported");
      const versions = changes.map(({ version }) => version);
      await assertEqual(
        versions,
        versions.map((_, i) => versions[0]! + i),
        "the versions",
      );
      const gone = changes.flatMap((change) => (change.kind === "pruned" ? change.ids : []));
      await assertEqual(gone, [saved[0]!.id, saved[1]!.id], "what was reported as pruned");
    },
  },
  {
    name: "retention: holds for two that save to one trace in turn",
    needs: ["retention", "connections"],
    async run({ open }) {
      const stores = [await open({ retention: { keepLast: 3 } }), await open({ retention: { keepLast: 3 } })];
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 12; step++) {
        saved.push(createCheckpoint({ step, text: noise(step, 800) }));
        await stores[((step * step) % 3) % 2]!.saveWithTrace("trace", saved.at(-1)!);
      }
      for (const store of stores) await assertHas(store, "trace", saved.slice(-3));
    },
  },
  {
    name: "retention: a rule that can't be kept is bad input",
    needs: ["retention", "trace"],
    async run({ open }) {
      const store = await open();
      const bad = [
        { keepLast: 0 },
        { keepLast: 1.5 },
        { maxAgeMs: -1 },
        { maxBytes: Number.NaN },
        { keepLast: "3" },
        [null],
      ];
      for (const retention of bad) {
        const call = async () => store.trace("trace", { retention: retention as never });
        assertBadInput(await rejectionOf(call, JSON.stringify(retention)), JSON.stringify(retention));
      }
    },
  },
];
