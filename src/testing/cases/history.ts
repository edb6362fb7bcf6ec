import { createCheckpoint } from "../../core/checkpoint.ts";
import type { StoredHead } from "../../core/checkpoint.ts";
import type { Store } from "../../core/store.ts";
import type { HistoryOptions } from "../../core/trace.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import { assert, assertBadInput, assertEqual, assertRefused, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { show } from "../equality.ts";
import { noise, saveSteps } from "../steps.ts";

async function heads(store: Store, options?: HistoryOptions): Promise<StoredHead[]> {
  const found: StoredHead[] = [];
  for await (const head of store.history("trace", options)) found.push(head);
  return found;
}

async function ids(store: Store, options?: HistoryOptions): Promise<string[]> {
  return (await heads(store, options)).map(({ id }) => id);
}

/** The heads of a trace, newest first. */
export const historyCases: readonly ConformanceCase[] = [
  {
    name: "history: heads newest first, with all fields as given and no state",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      assert((await heads(store)).length === 0, "an unknown trace has no heads");
      const full = { parentId: "p", nextNode: "n", graphHash: "g", createdAt: 5, metadata: { a: [1, undefined] } };
      await store.saveWithTrace("trace", createCheckpoint({ step: 1 }, { id: "1", ...full }));
      await store.saveWithTrace("trace", createCheckpoint({ step: 2 }, { id: "2", createdAt: 9 }));
      const found = await heads(store);
      assert(found.map(({ id }) => id).join() === "2,1", "heads should be newest first");
      assert(
        found.every((head) => !("state" in head)),
        "heads should carry no state",
      );
      assert(
        found.every(({ traceId }) => traceId === "trace"),
        "heads should carry the traceId",
      );
      const [{ parentId, nextNode, graphHash, createdAt, metadata }, bare] = [found[1]!, found[0]!];
      await assertEqual({ parentId, nextNode, graphHash, createdAt, metadata }, full, "the fields of a head");
      for (const field of ["parentId", "nextNode", "graphHash", "metadata"] as const) {
        assert(!Object.hasOwn(bare, field), `${field} was not given and should not be there`);
      }
    },
  },
  {
    name: "history: seq grows by one, timestamp is max(createdAt, the last + 1), createdAt is kept",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const given = [100, 100, 50, 101, 500, 0];
      await saveSteps(store, "trace", { count: given.length, optionsOf: (step) => ({ createdAt: given[step]! }) });
      const found = (await heads(store)).reverse();
      await assertEqual(
        found.map(({ createdAt }) => createdAt),
        given,
        "createdAt",
      );
      await assertEqual(
        found.map(({ timestamp }) => timestamp),
        [100, 101, 102, 103, 500, 501],
        "timestamp",
      );
      const first = found[0]!.seq;
      await assertEqual(
        found.map(({ seq }) => seq),
        given.map((_, step) => first + step),
        "seq",
      );
    },
  },
  {
    name: "history: a seq is never given out twice",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      const seqs = new Set((await heads(store)).map(({ seq }) => seq));
      await store.delete(saved[2]!.id);
      await store.delete(saved[1]!.id);
      await saveSteps(store, "trace", { count: 2 });
      const [newest, second] = await heads(store);
      assert(!seqs.has(newest!.seq) && !seqs.has(second!.seq), "a seq of a deleted checkpoint was given out again");
      assert(newest!.seq > Math.max(...seqs), "seq should grow");
    },
  },
  {
    name: "history: a failed or repeated save takes no seq",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const [first] = await saveSteps(store, "trace", { count: 1 });
      await store.saveWithTrace("trace", first!);
      await rejectionOf(() => store.saveWithTrace("trace", { ...first!, state: "other" }), "another state");
      await rejectionOf(
        () =>
          store.saveWithTrace(
            "trace",
            createCheckpoint(() => 1),
          ),
        "a function",
      );
      await saveSteps(store, "trace", { count: 1 });
      const [newer, older] = await heads(store);
      assert(newer!.seq === older!.seq + 1, `seq went from ${older!.seq} to ${newer!.seq}`);
    },
  },
  {
    name: "history: bytes are those of the save and of its whole state",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", createCheckpoint({ text: noise(1, 50_000) }));
      await store.saveWithTrace("trace", createCheckpoint({ text: noise(2, 100_000) }));
      const [larger, smaller] = await heads(store);
      assert(smaller!.bytes > 25_000 && smaller!.stateBytes > 25_000, "50,000 letters take more bytes");
      assert(larger!.bytes > smaller!.bytes, "bytes should grow with the save");
      assert(larger!.stateBytes > smaller!.stateBytes, "stateBytes should grow with the state");
    },
  },
  {
    name: "history: limit and before make pages",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const all = (await saveSteps(store, "trace", { count: 7 })).map(({ id }) => id).reverse();
      await assertEqual(await ids(store, { limit: 3 }), all.slice(0, 3), "the first page");
      await assertEqual(await ids(store, { limit: 3, before: all[2]! }), all.slice(3, 6), "the second page");
      await assertEqual(await ids(store, { limit: 3, before: all[5]! }), all.slice(6), "the last page");
      await assertEqual(await ids(store, { before: all[6]! }), [], "before the oldest");
      await assertEqual(await ids(store, { limit: 100 }), all, "a page that is larger than the trace");
    },
  },
  {
    name: "history: a head says where to go on, whatever was removed since",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const all = (await saveSteps(store, "trace", { count: 9 })).map(({ id }) => id).reverse();
      const page = await heads(store, { limit: 3 });
      await assertEqual(await ids(store, { limit: 2, before: page[2]! }), all.slice(3, 5), "the second page");
      for (const gone of [all[2]!, all[3]!]) await store.delete(gone);
      await assertEqual(await ids(store, { before: page[2]! }), all.slice(4), "once the last of the page was deleted");
      await saveSteps(store, "trace", { count: 3 });
      await assertEqual(await ids(store, { limit: 2, before: page[2]! }), all.slice(4, 6), "once others were saved");
      await assertEqual(await ids(store, { before: page[0]! }), [all[1]!, ...all.slice(4)], "from the first head on");
      await store.prune("trace", 1);
      await assertEqual(await ids(store, { before: page[2]! }), [], "once all before it were pruned");
      await store.prune("trace", 0);
      await assertEqual(await ids(store, { before: page[2]! }), [], "once there is no trace");
    },
  },
  {
    name: "history: before an id that the trace does not have is not-found",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 3 });
      const [other] = await saveSteps(store, "other", { count: 1 });
      const [head] = await heads(store, { limit: 1 });
      await store.delete(saved[1]!.id);
      for (const before of [saved[1]!.id, other!.id, "none"]) {
        await assertRefused(() => heads(store, { before }), "not-found", `history before ${before}`);
      }
      const call = async () => {
        for await (const _ of store.history("other", { before: head! }));
      };
      assertBadInput(await rejectionOf(call, "a head of another trace"), "a head of another trace");
      const bad = { ...head!, seq: Number.NaN };
      assertBadInput(await rejectionOf(() => heads(store, { before: bad }), "no head"), "no head");
    },
  },
  {
    name: "history: a trace that was made anew is not taken for the one before",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 5, optionsOf: (step) => ({ createdAt: 1_000 + step }) });
      const page = await heads(store, { limit: 2 });
      await store.prune("trace", 0);
      await saveSteps(store, "trace", { count: 9, optionsOf: (step) => ({ createdAt: 2_000 + step }) });
      // A store that goes on counting has nothing before the page.
      const next = await heads(store, { before: page[1]! }).catch((error: unknown) => error);
      const isNothing = Array.isArray(next) ? next.length === 0 : isCheckpointStoreError(next, "not-found");
      assert(isNothing, `the second page of what is gone should be empty or not-found, not ${show(next)}`);
    },
  },
  {
    name: "history: a long trace comes whole, and can be left early",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const saved = Array.from({ length: 300 }, (_, step) => createCheckpoint({ step }));
      await Promise.all(saved.map((checkpoint) => store.saveWithTrace("trace", checkpoint)));
      await assertEqual(await ids(store), saved.map(({ id }) => id).reverse(), "history");
      for await (const { id } of store.history("trace")) {
        assert(id === saved.at(-1)!.id, "history should begin with the newest");
        break;
      }
      await store.prune("trace", 1);
      assert((await ids(store)).length === 1, "what was pruned should be gone from the history");
    },
  },
  {
    name: "history: the store can be read and written while an item is held",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      const saved = await saveSteps(store, "trace", { count: 10 });
      const met: string[] = [];
      for await (const { id } of store.history("trace")) {
        met.push(id);
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (met.length < 4) await saveSteps(store, "trace", { count: 1 });
        if (met.length === 4) await store.delete(saved[0]!.id);
        assert((await store.load(id)) !== undefined, "what history answers should load");
        if (met.length === 9) break;
      }
      await assertEqual(
        met,
        saved
          .slice(1)
          .map(({ id }) => id)
          .reverse(),
        "the heads met on the way",
      );
    },
  },
  {
    name: "history: ends with the reason of its signal",
    needs: ["history"],
    async run({ open }) {
      const store = await open();
      await saveSteps(store, "trace", { count: 5 });
      const reason = new Error("enough");
      const before = AbortSignal.abort(reason);
      const error = await rejectionOf(() => heads(store, { signal: before }), "history with an aborted signal");
      assert(error === reason, "history should reject with the reason of the signal");
      const controller = new AbortController();
      const later = await rejectionOf(async () => {
        for await (const _ of store.history("trace", { signal: controller.signal })) controller.abort(reason);
      }, "history whose signal aborts on the way");
      assert(later === reason, "history should reject with the reason of the signal");
    },
  },
];
