import { assert, assertEqual, assertHas } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { noise, saveSteps } from "../steps.ts";
import { createCheckpoint } from "../../core/checkpoint.ts";

/** What a prune would do can be asked without doing it. */
export const previewCases: readonly ConformanceCase[] = [
  {
    name: "preview: names what a prune would remove, and removes nothing",
    needs: ["preview"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 6 });
      for (const keep of [6, 4, 1, 0]) {
        const ids = saved
          .slice(0, 6 - keep)
          .map(({ id }) => id)
          .reverse();
        await assertEqual(
          (await store.prune("trace", keep, { dryRun: true })).ids,
          ids,
          `what prune(${keep}) would remove`,
        );
      }
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "preview: the bytes it names are those that the prune frees",
    needs: ["preview", "usage"],
    async run({ open }) {
      const store = await open();
      const state = { log: [] as string[], scratch: "" };
      for (let step = 0; step < 12; step++) {
        state.log.push(noise(step, 700));
        state.scratch = noise(100 + step, 3_000);
        await store.saveWithTrace("trace", createCheckpoint(state));
        if (step === 5) await store.delete((await store.list("trace"))[2]!);
      }
      for (const keep of [9, 5, 1, 0]) {
        const { ids, bytes } = await store.prune("trace", keep, { dryRun: true });
        const before = (await store.usage()).storedBytes;
        const went = await store.prune("trace", keep);
        const freed = before - (await store.usage()).storedBytes;
        assert(went === ids.length, `prune(${keep}) should remove ${ids.length}, and removed ${went}`);
        assert(freed === bytes, `prune(${keep}) should free ${bytes} bytes, and freed ${freed}`);
        assert(bytes > 0, `prune(${keep}) should free something`);
      }
    },
  },
  {
    name: "preview: with pinned checkpoints, too, it says what the prune does",
    needs: ["preview", "usage"],
    async run({ open }) {
      const store = await open();
      const log: string[] = [];
      const pinned = [2, 3, 9];
      const ids: string[] = [];
      for (let step = 0; step < 14; step++) {
        log.push(noise(step, 700));
        const options = pinned.includes(step) ? { metadata: { pinned: true } } : {};
        const checkpoint = createCheckpoint({ log, scratch: noise(100 + step, 3_000) }, options);
        await store.saveWithTrace("trace", checkpoint);
        ids.unshift(checkpoint.id);
      }
      for (const keep of [8, 2, 0]) {
        const there = await store.list("trace");
        const goes = there.slice(keep).filter((id) => keep === 0 || !pinned.includes(13 - ids.indexOf(id)));
        const preview = await store.prune("trace", keep, { dryRun: true });
        await assertEqual(preview.ids, goes, `what prune(${keep}) would remove`);
        const before = (await store.usage()).storedBytes;
        await store.prune("trace", keep);
        const freed = before - (await store.usage()).storedBytes;
        assert(freed === preview.bytes, `prune(${keep}) should free ${preview.bytes} bytes, and freed ${freed}`);
        const left = there.filter((id) => !goes.includes(id));
        await assertEqual(await store.list("trace"), left, `what prune(${keep}) leaves`);
      }
    },
  },
  {
    name: "preview: of a trace that is not there is empty",
    needs: ["preview"],
    async run({ open }) {
      const store = await open();
      await assertEqual(await store.prune("trace", 0, { dryRun: true }), { ids: [], bytes: 0 }, "a preview of nothing");
    },
  },
  {
    name: "preview: a handle answers it too",
    needs: ["preview", "trace"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      const { ids } = await store.trace("trace").prune(2, { dryRun: true });
      await assertEqual(ids, [saved[0]!.id], "what the handle's prune would remove");
      await assertHas(store, "trace", saved);
    },
  },
];
