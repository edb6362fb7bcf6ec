import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { assert, assertEqual, assertHas, assertRefused } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { shapes } from "../shapes.ts";
import type { Shape } from "../shape.ts";
import { noiseBytes, saveSteps } from "../steps.ts";

function everything(): unknown {
  const shared = { at: new Date(5) };
  const ring: unknown[] = [shared];
  ring.push(ring);
  return {
    ring,
    shared,
    none: undefined,
    odd: [Number.NaN, -0, 5n, "\ud800"],
    map: new Map<unknown, unknown>([
      ["k", new Set([1, shared])],
      [{ a: 1 }, /x/g],
    ]),
    binary: [noiseBytes(1, 30_000), new Float32Array([1.5]), new DataView(noiseBytes(2, 8).buffer)],
    error: new TypeError("m", { cause: new URL("https://a.example/") }),
    ["__proto__"]: { constructor: 1 },
  };
}

function reopened(shape: Shape): ConformanceCase {
  return {
    name: `persistence: ${shape.name}: goes on after each closing and comes back`,
    needs: ["close", "persistence"],
    async run({ open }) {
      const state = shape.start();
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 4; step++) {
        const store = await open();
        for (let n = 0; n < 2; n++) {
          if (step + n > 0) shape.change(state, step * 2 + n);
          saved.push(createCheckpoint(structuredClone(state)));
          await store.saveWithTrace("trace", { ...saved.at(-1)!, state });
        }
        if (step % 2 === 1) await store.delete(saved.splice(step, 1)[0]!.id);
        await store.close();
      }
      const store = await open();
      await assertHas(store, "trace", saved);
      await store.prune("trace", 3);
      await store.close();
      await assertHas(await open(), "trace", saved.slice(-3));
    },
  };
}

/** What was acknowledged is there when the store is opened again. */
export const persistenceCases: readonly ConformanceCase[] = [
  {
    name: "persistence: what was saved is there after closing and opening again",
    needs: ["close", "persistence"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 5 });
      const others = await saveSteps(store, "other", { count: 2 });
      await store.close();
      const again = await open();
      await assertHas(again, "trace", saved);
      await assertHas(again, "other", others);
    },
  },
  {
    name: "persistence: a save that was acknowledged survives closing at once",
    needs: ["close", "persistence"],
    async run({ open }) {
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 5; step++) {
        const store = await open();
        saved.push(createCheckpoint({ step }));
        await store.saveWithTrace("trace", saved.at(-1)!);
        await store.close();
      }
      await assertHas(await open(), "trace", saved);
    },
  },
  {
    name: "persistence: closing waits for the saves under way",
    needs: ["close", "persistence"],
    async run({ open }) {
      const store = await open();
      const saved = Array.from({ length: 8 }, (_, step) => createCheckpoint({ step, bytes: noiseBytes(step, 20_000) }));
      const pending = saved.map((checkpoint) => store.saveWithTrace("trace", checkpoint));
      await store.close();
      await Promise.all(pending);
      await assertHas(await open(), "trace", saved);
    },
  },
  {
    name: "persistence: deleting and pruning last",
    needs: ["close", "persistence"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 6 });
      await saveSteps(store, "emptied", { count: 2 });
      await store.delete(saved[5]!.id);
      await store.prune("trace", 3);
      await store.prune("emptied", 0);
      await store.close();
      const again = await open();
      await assertHas(again, "trace", saved.slice(2, 5));
      await assertHas(again, "emptied", []);
      assert((await again.load(saved[0]!.id)) === undefined, "a pruned checkpoint should not come back");
    },
  },
  {
    name: "persistence: order goes on where it was, even if the clock was set back",
    needs: ["close", "persistence"],
    async run({ open }) {
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 5; step++) {
        const store = await open();
        saved.push(createCheckpoint({ step }, { createdAt: 1_000_000 - step * 1_000 }));
        await store.saveWithTrace("trace", saved.at(-1)!);
        await store.close();
      }
      await assertHas(await open(), "trace", saved);
    },
  },
  {
    name: "persistence: retries and conflicts are told apart after opening again",
    needs: ["close", "persistence"],
    async run({ open }) {
      const store = await open();
      const checkpoint = createCheckpoint(everything());
      await store.saveWithTrace("trace", checkpoint);
      await store.close();
      const again = await open();
      await again.saveWithTrace("trace", checkpoint);
      await again.saveWithTrace("trace", (await again.load(checkpoint.id))!);
      const changed = { ...checkpoint, state: { other: true } };
      await assertRefused(() => again.saveWithTrace("trace", changed), "conflict", "another state");
      await assertRefused(() => again.saveWithTrace("other", checkpoint), "conflict", "another trace");
      await assertHas(again, "trace", [checkpoint]);
    },
  },
  {
    name: "persistence: values of all kinds come back after opening again",
    needs: ["close", "persistence"],
    async run({ open }) {
      const store = await open();
      const checkpoints = () => [
        createCheckpoint(everything(), { id: "1", createdAt: 1 }),
        createCheckpoint({ ...(everything() as object), more: [everything()] }, { id: "2", createdAt: 2 }),
      ];
      for (const checkpoint of checkpoints()) await store.saveWithTrace("trace", checkpoint);
      await store.close();
      await assertHas(await open(), "trace", checkpoints());
    },
  },
  {
    name: "persistence: history, traces and heads are the same when opened again",
    needs: ["close", "persistence", "history", "traces"],
    async run({ open }) {
      const read = async (store: Awaited<ReturnType<typeof open>>) => {
        const heads: unknown[] = [];
        for await (const head of store.history("trace")) heads.push(head);
        return { heads, traces: await store.traces() };
      };
      const store = await open();
      await saveSteps(store, "trace", { count: 4 });
      await saveSteps(store, "other", { count: 2 });
      const before = await read(store);
      await store.close();
      await assertEqual(await read(await open()), before, "what history and traces answer");
    },
  },
  ...shapes.map(reopened),
];
