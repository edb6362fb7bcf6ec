import { createCheckpoint } from "../../core/checkpoint.ts";
import { assert, assertEqual, assertSameCheckpoint } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { noise, noiseBytes } from "../steps.ts";
import { keptCase } from "./values.ts";

const REFERENCES: Readonly<Record<string, () => unknown>> = {
  "one object in two places": () => {
    const shared = { a: 1 };
    return { one: shared, other: shared, like: { a: 1 } };
  },
  "one empty object in two places": () => {
    const [object, array] = [{}, []];
    return [object, array, object, array, {}, []];
  },
  "an object that holds itself": () => {
    const self: Record<string, unknown> = { name: "self" };
    self.self = self;
    self.list = [self, { deep: self }];
    return self;
  },
  "an array that holds itself": () => {
    const ring: unknown[] = [1];
    ring.push(ring, [ring]);
    return ring;
  },
  "a tree whose children know their parent": () => {
    const root = { name: "root", children: [] as unknown[] };
    for (let n = 0; n < 50; n++) root.children.push({ name: `child ${n}`, parent: root, children: [] });
    return root;
  },
  "objects that hold each other": () => {
    const [one, other]: [Record<string, unknown>, Record<string, unknown>] = [{ n: 1 }, { n: 2 }];
    one.other = other;
    other.one = one;
    return [other, one];
  },
  "maps and sets that hold themselves": () => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>([map]);
    map.set("set", set).set("map", map).set(map, "as a key");
    return { set, map };
  },
  "a key of a map that is elsewhere too": () => {
    const key = { id: 1 };
    return { key, map: new Map([[key, "value"]]), set: new Set([key]) };
  },
  "one message in two long lists": () => {
    const messages = Array.from({ length: 200 }, (_, n) => ({ n, text: noise(n, 300) }));
    return { messages, pinned: [messages[3], messages[150], messages[199]], last: messages.at(-1) };
  },
  "one long list in two places": () => {
    const messages = Array.from({ length: 100 }, (_, n) => ({ n, text: noise(n, 400) }));
    return { messages, view: { messages }, copy: [...messages] };
  },
  "one error, buffer and view in two places": () => {
    const error = new Error("once");
    const { buffer } = noiseBytes(1, 50_000);
    const bytes = noiseBytes(1, 50_000);
    const view = new DataView(noiseBytes(2, 8).buffer);
    return [error, buffer, bytes, view, { again: [error, buffer, bytes, view] }];
  },
  "an error whose cause holds the error": () => {
    const error: Error & { cause?: unknown } = new Error("ring");
    error.cause = { error };
    return error;
  },
  "equal parts that are not one object": () => {
    const make = () => ({ text: noise(9, 5_000), list: [1, 2, 3] });
    return [make(), make(), { like: make() }];
  },
};

/** What was one object in several places is one object in several places again. */
export const referenceCases: readonly ConformanceCase[] = [
  ...Object.entries(REFERENCES).map(([what, make]) => keptCase("references", what, make)),
  {
    name: "references: one date, one expression and one URL in two places",
    async run({ open }) {
      const store = await open();
      const leaves = [new Date(5), /x/g, new URL("https://a.example/")];
      await store.saveWithTrace("trace", createCheckpoint([leaves, [...leaves]], { id: "id" }));
      const [one, other] = (await store.load("id"))!.state as [unknown[], unknown[]];
      await assertEqual(one, leaves, "state[0]");
      for (const [index, leaf] of one.entries()) {
        assert(leaf === other[index], `state[1][${index}] should be the same object as state[0][${index}]`);
      }
    },
  },
  {
    name: "references: metadata may refer to itself, and share objects on many levels",
    async run({ open }) {
      const store = await open();
      const cyclic: Record<string, unknown> = { a: 1 };
      cyclic.self = cyclic;
      let doubling: Record<string, unknown> = { a: 1 };
      for (let level = 0; level < 40; level++) doubling = { left: doubling, right: doubling };
      for (const metadata of [cyclic, doubling]) {
        const checkpoint = createCheckpoint({ step: 1 }, { metadata });
        await store.saveWithTrace("trace", checkpoint);
        await store.saveWithTrace("trace", checkpoint);
        await assertSameCheckpoint(await store.load(checkpoint.id), checkpoint, "load");
      }
    },
  },
];
