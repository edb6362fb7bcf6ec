import { createCheckpoint } from "../../core/checkpoint.ts";
import { assert, assertBadInput, assertHas, assertRefused, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { saveSteps } from "../steps.ts";

/** A save can be made to depend on which checkpoint is the newest. */
export const guardCases: readonly ConformanceCase[] = [
  {
    name: "ifLatest: saves on the newest, and on nothing but it",
    needs: ["ifLatest", "trace"],
    async run({ open }) {
      const store = await open();
      const trace = store.trace("trace");
      const first = await trace.save({ step: 1 }, { ifLatest: null });
      await assertRefused(
        () => trace.save({ step: "late" }, { ifLatest: null }),
        "conflict",
        "null of a trace that has one",
      );
      const second = createCheckpoint({ step: 2 });
      await store.saveWithTrace("trace", second, { ifLatest: first.id });
      for (const ifLatest of [first.id, null, "unknown"]) {
        const save = () => store.saveWithTrace("trace", createCheckpoint({ ifLatest }), { ifLatest });
        const error = await assertRefused(save, "conflict", `a save on ${String(ifLatest)}`);
        assert(error.traceId === "trace", "the error should carry the traceId");
      }
      const third = await trace.save({ step: 3 }, { ifLatest: second.id });
      assert(third.parentId === first.id, "a save that was refused should not become a parent");
      await assertRefused(
        () => store.trace("other").save({}, { ifLatest: first.id }),
        "conflict",
        "one of another trace",
      );
      await assertHas(store, "trace", [first, second, third]);
      await assertHas(store, "other", []);
    },
  },
  {
    name: "ifLatest: a save that has succeeded can be repeated",
    needs: ["ifLatest", "trace"],
    async run({ open }) {
      const store = await open();
      const [first] = await saveSteps(store, "trace", { count: 1 });
      const second = createCheckpoint({ step: 2 });
      const options = { ifLatest: first!.id };
      const save = () => store.saveWithTrace("trace", second, options);
      const outcomes = await Promise.allSettled([save(), save()]);
      const trace = store.trace("trace");
      const saveThird = () => trace.save({ step: 3 }, { id: "third", ifLatest: second.id });
      const third = await saveThird();
      outcomes.push(...((await Promise.allSettled([save(), saveThird()])) as typeof outcomes));
      const refused = outcomes.find((outcome) => outcome.status === "rejected");
      assert(refused === undefined, `a repetition should do nothing, but was refused: ${String(refused?.reason)}`);
      await assertRefused(
        () => store.saveWithTrace("trace", { ...second, state: 0 }, options),
        "conflict",
        "another state",
      );
      await assertHas(store, "trace", [first!, second, third]);
    },
  },
  {
    name: "ifLatest: of several saves on one checkpoint, one is made",
    needs: ["ifLatest", "connections"],
    async run({ open }) {
      const stores = [await open(), await open()] as const;
      const [first] = await saveSteps(stores[0], "trace", { count: 1 });
      const saves = stores.flatMap((store, i) =>
        [1, 2].map((n) => store.saveWithTrace("trace", createCheckpoint({ i, n }), { ifLatest: first!.id })),
      );
      const outcomes = await Promise.allSettled(saves);
      const made = outcomes.filter(({ status }) => status === "fulfilled");
      assert(made.length === 1, `one save should be made, and ${made.length} were`);
      assert((await stores[1].list("trace")).length === 2, "the trace should have what was made, and no more");
    },
  },
  {
    name: "ifLatest: sees what others saved and removed",
    needs: ["ifLatest", "trace", "connections"],
    async run({ open }) {
      const [mine, others] = [await open(), await open()];
      const trace = mine.trace("trace");
      const first = await trace.save({ step: 1 });
      const second = await others.trace("trace").save({ step: 2 });
      const third = await trace.save({ step: 3 }, { ifLatest: second.id });
      await others.delete(third.id);
      const fourth = await trace.save({ step: 4 }, { ifLatest: second.id });
      await others.prune("trace", 0);
      const fifth = await trace.save({ step: 5 }, { ifLatest: null });
      await assertHas(mine, "trace", [fifth]);
      assert(first.id !== fourth.id, "ids are unique");
    },
  },
  {
    name: "ifLatest: what is no id is refused",
    needs: ["ifLatest", "trace"],
    async run({ open }) {
      const store = await open();
      for (const ifLatest of ["", 1, true, {}] as never[]) {
        const what = `ifLatest: ${JSON.stringify(ifLatest)}`;
        assertBadInput(await rejectionOf(() => store.trace("trace").save({}, { ifLatest }), what), what);
        const save = () => store.saveWithTrace("trace", createCheckpoint({}), { ifLatest });
        assertBadInput(await rejectionOf(save, what), what);
      }
      const save = () => store.saveWithTrace("trace", createCheckpoint({}), { iflatest: null } as object);
      assertBadInput(await rejectionOf(save, "an option that there is not"), "an option that there is not");
      await assertHas(store, "trace", []);
    },
  },
];
