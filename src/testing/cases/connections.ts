import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { assert, assertHas, assertRefused, assertSameCheckpoint } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { Recorder } from "../recorder.ts";
import { shapes } from "../shapes.ts";
import type { Shape } from "../shape.ts";
import { noise, saveSteps } from "../steps.ts";

async function openTwo(open: () => Promise<Store>): Promise<readonly [Store, Store]> {
  return [await open(), await open()];
}

/** Two agents, each with a state of its own, that save to one trace in turn. */
function interleaved(shape: Shape): ConformanceCase {
  return {
    name: `connections: ${shape.name}: two that save to one trace in turn`,
    needs: ["connections"],
    async run({ open }) {
      const stores = await openTwo(open);
      const states = [shape.start(), shape.start()];
      const saved: Checkpoint[] = [];
      const pending: Promise<void>[] = [];
      for (let step = 0; step < 14; step++) {
        const turn = Math.floor((step * step) / 3) % 2;
        if (step > 0) shape.change(states[turn], step);
        saved.push(createCheckpoint(structuredClone(states[turn]), { createdAt: 0 }));
        pending.push(stores[turn]!.saveWithTrace("trace", { ...saved.at(-1)!, state: states[turn] }));
        if (step % 4 !== 3) await pending.at(-1);
        if (step % 12 === 6) await stores[1 - turn]!.delete(saved.splice(step % 5, 1)[0]!.id);
      }
      await Promise.all(pending);
      const order = await stores[0]!.list("trace");
      saved.sort((one, other) => order.indexOf(other.id) - order.indexOf(one.id));
      await assertHas(stores[0], "trace", saved);
      await assertSameCheckpoint(await stores[1].loadLatest("trace"), saved.at(-1)!, "loadLatest of the other");
    },
  };
}

/** A store opened twice is one store. */
export const connectionCases: readonly ConformanceCase[] = [
  {
    name: "connections: what one acknowledged, the other sees at once",
    needs: ["connections"],
    async run({ open }) {
      const [one, other] = await openTwo(open);
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 6; step++) {
        saved.push(createCheckpoint({ step }, { createdAt: 100 - step }));
        await (step % 2 ? one : other).saveWithTrace("trace", saved.at(-1)!);
        await assertSameCheckpoint(await (step % 2 ? other : one).loadLatest("trace"), saved.at(-1)!, "loadLatest");
      }
      await assertHas(one, "trace", saved);
      await other.delete(saved.pop()!.id);
      await assertHas(one, "trace", saved);
      await one.prune("trace", 2);
      await assertHas(other, "trace", saved.slice(-2));
    },
  },
  {
    name: "connections: saves from both at once are all kept, each side's in its order",
    needs: ["connections"],
    async run({ open }) {
      const stores = await openTwo(open);
      const sides = stores.map(() => Array.from({ length: 15 }, (_, step) => createCheckpoint({ step })));
      await Promise.all(stores.flatMap((store, side) => sides[side]!.map((one) => store.saveWithTrace("trace", one))));
      const order = (await stores[0].list("trace")).reverse();
      const all = sides.flat().sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
      assert(order.length === 30, `30 checkpoints were saved, ${order.length} are there`);
      for (const side of sides) {
        const places = side.map(({ id }) => order.indexOf(id));
        assert(
          places.every((place, step) => step === 0 || place > places[step - 1]!),
          "a side's saves changed places",
        );
      }
      for (const store of stores) await assertHas(store, "trace", all);
    },
  },
  {
    name: "connections: many small steps from both in turn are all kept in order",
    needs: ["connections"],
    async run({ open }) {
      const stores = await openTwo(open);
      const states = stores.map((_, side) => ({ side, messages: [] as object[] }));
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 80; step++) {
        const side = Math.floor((step * step) / 3) % 2;
        states[side]!.messages.push({ step, text: noise(step, 100) });
        if (step % 7 === 0) states[side]!.messages[0] = { step };
        saved.push(createCheckpoint(structuredClone(states[side]), { createdAt: 0 }));
        await stores[side]!.saveWithTrace("trace", { ...saved.at(-1)!, state: states[side] });
      }
      for (const store of stores) await assertHas(store, "trace", saved);
    },
  },
  {
    name: "connections: of two saves of one id with other content, one is a conflict",
    needs: ["connections"],
    async run({ open }) {
      const [one, other] = await openTwo(open);
      const mine = createCheckpoint("mine", { id: "id" });
      await one.saveWithTrace("trace", mine);
      await other.saveWithTrace("trace", mine);
      const theirs = { ...mine, state: "theirs" };
      await assertRefused(() => other.saveWithTrace("trace", theirs), "conflict", "another state");
      const outcomes = await Promise.allSettled([
        one.saveWithTrace("trace", createCheckpoint(1, { id: "2" })),
        other.saveWithTrace("trace", createCheckpoint(2, { id: "2" })),
      ]);
      const refused = outcomes.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
      assert(refused.length === 1, `${refused.length} of two saves of one id were refused`);
      assert(isCheckpointStoreError(refused[0]!.reason, "conflict"), "the refusal should be a conflict");
    },
  },
  {
    name: "connections: one may empty the trace that the other goes on with",
    needs: ["connections"],
    async run({ open }) {
      const [one, other] = await openTwo(open);
      const state = { messages: Array.from({ length: 50 }, (_, n) => `message ${n} `.repeat(50)) };
      await one.saveWithTrace("trace", createCheckpoint(state));
      state.messages.push("next");
      await one.saveWithTrace("trace", createCheckpoint(state));
      await other.prune("trace", 0);
      state.messages.push("last");
      const last = createCheckpoint(structuredClone(state));
      await one.saveWithTrace("trace", { ...last, state });
      await assertHas(one, "trace", [last]);
      await assertHas(other, "trace", [last]);
    },
  },
  {
    name: "connections: closing one leaves the other at work",
    needs: ["connections", "close"],
    async run({ open }) {
      const [one, other] = await openTwo(open);
      const saved = await saveSteps(one, "trace", { count: 2 });
      await one.close();
      await assertHas(other, "trace", saved);
      saved.push(...(await saveSteps(other, "trace", { count: 1 })));
      await assertHas(await open(), "trace", saved);
    },
  },
  {
    name: "connections: each hears what the other changed, in order, once, as remote",
    needs: ["connections", "watch", "deleteTrace"],
    async run({ open }) {
      const [one, other] = await openTwo(open);
      const [local, remote] = [new Recorder(one), new Recorder(other)];
      const saved = await saveSteps(one, "trace", { count: 3 });
      await one.delete(saved[0]!.id);
      await one.prune("trace", 1);
      await one.deleteTrace("trace");
      const [here, there] = [await local.expect(6), await remote.expect(6)];
      assert(
        here.every(({ origin }) => origin === "local"),
        "what this store object did is local",
      );
      assert(
        there.every(({ origin }) => origin === "remote"),
        "what another store object did is remote",
      );
      for (const [index, change] of there.entries()) {
        const same = change.kind === here[index]!.kind && change.version === here[index]!.version;
        assert(same, `change ${index} is ${here[index]!.kind} here and ${change.kind} there`);
      }
    },
  },
  ...shapes.map(interleaved),
];
