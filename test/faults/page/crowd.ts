import { createCheckpoint } from "waystone";
import { digestOf } from "./digest.ts";
import { randomFrom } from "./state.ts";
import { storeOf, type StoreName } from "./stores.ts";

/** One of several that save to one trace at the same time. */
export interface CrowdInput extends StoreName {
  readonly trace: string;
  readonly writer: string;
  readonly count: number;
}

/** Saves `count` checkpoints, each as soon as the one before is acknowledged. Answers how many were. */
export async function saveMany({ trace, writer, count, ...name }: CrowdInput): Promise<number> {
  const store = await storeOf(name);
  for (let n = 1; n <= count; n += 1) {
    await store.saveWithTrace(trace, createCheckpoint(stateOf(writer, n), { id: `${writer}:${n}` }));
  }
  return count;
}

/** What came of it: how many checkpoints there are, and what is wrong with them. */
export async function verifyCrowd({
  trace,
  writers,
  count,
  ...name
}: StoreName & { readonly trace: string; readonly writers: readonly string[]; readonly count: number }): Promise<{
  found: number;
  problems: string[];
}> {
  const store = await storeOf(name);
  const problems: string[] = [];
  const next = new Map(writers.map((writer) => [writer, 1]));
  const ids: string[] = [];
  for await (const { id, seq } of store.history(trace)) ids[seq - 1] = id;
  for (const [index, id] of ids.entries()) {
    const [writer, n] = String(id).split(":") as [string, string];
    if (next.get(writer) !== Number(n)) problems.push(`position ${index + 1} has ${id}`);
    next.set(writer, Number(n) + 1);
    const state = (await store.load(id))?.state;
    if (digestOf(state) !== digestOf(stateOf(writer, Number(n)))) problems.push(`${id} is not what was saved`);
  }
  for (const [writer, after] of next) if (after !== count + 1) problems.push(`${writer} has ${after - 1} of ${count}`);
  const list = (await store.list(trace)).reverse();
  if (String(list) !== String(ids)) problems.push("list and history differ");
  return { found: ids.length, problems };
}

function stateOf(writer: string, n: number): unknown {
  const random = randomFrom(`${writer}/${n}`);
  // Some parts that both have, some that one has, some that are new.
  const notes = Array.from({ length: 5 + (n % 20) }, (_, i) => `note ${i} ${"of all ".repeat(10)}`);
  return { writer, n, notes, own: `${writer} `.repeat(50), news: [random(), new Date(random()), BigInt(random())] };
}
