import { createCheckpoint } from "../../core/checkpoint.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { assertHas, assertLoads, assertSameCheckpoint } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";

interface AgentState {
  messages: { text: string; at: Date; tags?: string[] }[];
  files: Record<string, string>;
  seen: Map<string, Set<number>>;
  bytes: Uint8Array;
  link: URL;
  ring: unknown[];
}

function make(): AgentState {
  const ring: unknown[] = [];
  ring.push({ ring });
  return {
    messages: [
      { text: "one", at: new Date(1) },
      { text: "two", at: new Date(2), tags: ["x"] },
    ],
    files: { "a.txt": "a", "b.txt": "b" },
    seen: new Map([["k", new Set([1, 2])]]),
    bytes: new Uint8Array([1, 2, 3]),
    link: new URL("https://a.example/path"),
    ring,
  };
}

/** Changes every part of a state in place. */
function spoil(state: AgentState): void {
  state.messages[0]!.text = "spoiled";
  state.messages[0]!.at.setTime(99);
  state.messages[1]!.tags!.push("spoiled");
  state.messages.push({ text: "spoiled", at: new Date(9) });
  state.files["a.txt"] = "spoiled";
  delete state.files["b.txt"];
  state.seen.get("k")!.add(9);
  state.seen.set("spoiled", new Set());
  state.bytes[0] = 99;
  state.link.pathname = "/spoiled";
  state.ring.push("spoiled");
}

const HEAD = { id: "id", createdAt: 5, nextNode: "next" } as const;

function original(): Checkpoint<AgentState> {
  return createCheckpoint(make(), { ...HEAD, metadata: { tags: ["a"] } });
}

function spoilCheckpoint(checkpoint: Checkpoint): void {
  const open = checkpoint as { -readonly [K in keyof Checkpoint]: Checkpoint[K] };
  (open.metadata!.tags as string[]).push("spoiled");
  spoil(open.state as AgentState);
  open.state = "spoiled";
  open.nextNode = "spoiled";
  open.createdAt = 99;
}

/** `structuredClone` refuses URLs. */
function copyOf(state: AgentState): AgentState {
  const { link, ...rest } = state;
  const { messages, files, seen, bytes, ring } = structuredClone(rest);
  return { messages, files, seen, bytes, link: new URL(link), ring };
}

/** What a store holds and what its caller holds never touch. */
export const isolationCases: readonly ConformanceCase[] = [
  {
    name: "isolation: the caller may change the state as soon as the save was called",
    async run({ open }) {
      const store = await open();
      const mine = original();
      const pending = store.saveWithTrace("trace", mine);
      spoilCheckpoint(mine);
      await pending;
      await assertHas(store, "trace", [original()]);
    },
  },
  {
    name: "isolation: the caller may change the state once the save is done",
    async run({ open }) {
      const store = await open();
      const mine = original();
      await store.saveWithTrace("trace", mine);
      spoilCheckpoint(mine);
      await assertHas(store, "trace", [original()]);
    },
  },
  {
    name: "isolation: a state changed in place and saved again does not change the checkpoint before",
    async run({ open }) {
      const store = await open();
      const state = make();
      await store.saveWithTrace("trace", createCheckpoint(state, { ...HEAD, id: "1" }));
      spoil(state);
      await store.saveWithTrace("trace", createCheckpoint(state, { ...HEAD, id: "2" }));
      const spoiled = make();
      spoil(spoiled);
      await assertHas(store, "trace", [
        createCheckpoint(make(), { ...HEAD, id: "1" }),
        createCheckpoint(spoiled, { ...HEAD, id: "2" }),
      ]);
    },
  },
  {
    name: "isolation: saves that are not awaited each keep the state as it was when they were called",
    async run({ open }) {
      const store = await open();
      const state = { log: [] as string[], map: new Map<number, number>(), count: 0 };
      const pending: Promise<void>[] = [];
      const saved: Checkpoint[] = [];
      for (let step = 0; step < 10; step++) {
        state.log.push(`step ${step}`);
        state.log[0] = `first, at ${step}`;
        state.map.set(step % 3, step);
        state.count = step;
        saved.push(createCheckpoint(structuredClone(state), { id: `${step}`, createdAt: 1 }));
        pending.push(store.saveWithTrace("trace", createCheckpoint(state, { id: `${step}`, createdAt: 1 })));
      }
      state.log.length = 0;
      await Promise.all(pending);
      await assertHas(store, "trace", saved);
    },
  },
  {
    name: "isolation: a loaded state belongs to its caller, and each load answers another",
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", original());
      for (const load of [() => store.load("id"), () => store.loadLatest("trace"), () => store.load("id")]) {
        const [one, other] = [await load(), await load()];
        await assertSameCheckpoint(one, original(), "a loaded checkpoint");
        spoilCheckpoint(one!);
        await assertSameCheckpoint(other, original(), "a checkpoint loaded before another was changed");
        await assertHas(store, "trace", [original()]);
      }
    },
  },
  {
    name: "isolation: a loaded state that is changed and saved is the next checkpoint, and only that",
    async run({ open }) {
      const store = await open();
      const saved = [original()];
      await store.saveWithTrace("trace", original());
      for (let step = 0; step < 5; step++) {
        const latest = (await store.loadLatest("trace")) as Checkpoint<AgentState>;
        latest.state.messages.push({ text: `step ${step}`, at: new Date(step) });
        latest.state.files["a.txt"] += "+";
        latest.state.bytes[step % 3] = 7;
        const next = createCheckpoint(latest.state);
        saved.push({ ...next, state: copyOf(latest.state) });
        await store.saveWithTrace("trace", next);
      }
      await assertLoads(store, ...saved);
    },
  },
  {
    name: "isolation: a list belongs to its caller",
    async run({ open }) {
      const store = await open();
      await store.saveWithTrace("trace", original());
      (await store.list("trace")).length = 0;
      await assertHas(store, "trace", [original()]);
    },
  },
];
