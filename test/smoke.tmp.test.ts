import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { createMemoryStore } from "../src/memory.ts";
import { openStore, createCheckpoint } from "../src/index.ts";
import { createSuperjsonCodec } from "../src/codecs/superjson.ts";
for (const [n, make] of [["mem", async () => createMemoryStore<any>()], ["mem-sj", async () => createMemoryStore<any>({codec: createSuperjsonCodec()})], ["idb", () => openStore<any>("x")]] as const)
test(n, async () => {
  const s = await make();
  const state: any = { messages: [], m: new Map([["a", new Date(5)]]), big: "x".repeat(20000), bytes: new Uint8Array(1000).fill(7) };
  const copies: any[] = [];
  for (let i = 0; i < 60; i++) {
    state.messages.push({ role: "user", content: `hello ${i} `.repeat(100), at: new Date(i), n: BigInt(i) });
    state.step = i; state.last = state.messages.at(-1);
    if (i % 7 === 0) state.messages[i >> 1].content += "!";
    if (i > 40) state.messages.shift();
    await s.saveWithTrace("t", createCheckpoint(state, { id: "c" + i, nextNode: "n" }));
    copies.push(structuredClone(state));
  }
  for (let i = 0; i < 60; i++) { const c = await s.load("c" + i); expect(c!.state).toEqual(copies[i]); expect(c!.state.last).toBe(c!.state.messages.at(-1)); }
  console.log(n, await s.usage());
  await s.delete("c59"); await s.delete("c30");
  expect((await s.loadLatest("t"))!.state).toEqual(copies[58]);
  expect(await s.prune("t", 10)).toBe(48);
  for (let i = 49; i < 59; i++) expect((await s.load("c" + i))!.state).toEqual(copies[i]);
  console.log(n, await s.usage());
  await s.saveWithTrace("t", createCheckpoint(copies[10], { id: "z" }));
  expect((await s.loadLatest("t"))!.state).toEqual(copies[10]);
  await s.prune("t", 0);
  console.log(n, await s.usage());
  await s.close();
});
