import { Agent, Runner, type AgentInputItem } from "@openai/agents-core";
import { assistantMessage, ScriptedModel } from "@openai/agents-core/testing";
import { expect, test } from "vitest";
import { keepLast } from "waystone";
import { WaystoneSession } from "waystone/openai-agents";
import { freshStore } from "../fresh-store.ts";

const said = (content: string): AgentInputItem => ({ type: "message", role: "user", content });
const texts = (items: AgentInputItem[]) => items.map((item) => (item as { content: string }).content);

test("adds, reads the newest, takes the newest away, and clears", async () => {
  const store = await freshStore();
  const session = new WaystoneSession(store, "chat");
  expect(await session.getSessionId()).toBe("chat");
  expect(await session.getItems()).toEqual([]);
  expect(await session.popItem()).toBeUndefined();
  await session.addItems([said("a"), said("b"), said("c")]);
  await session.addItems([]);
  expect(texts(await session.getItems(2))).toEqual(["b", "c"]);
  for (const [limit, count] of [
    [0, 0],
    [-1, 0],
    [9, 3],
  ])
    expect(await session.getItems(limit)).toHaveLength(count!);
  expect(await session.popItem()).toEqual(said("c"));
  expect(texts(await new WaystoneSession(store, "chat").getItems())).toEqual(["a", "b"]);
  await session.clearSession();
  expect(await session.getItems()).toEqual([]);
  expect(await store.traces()).toEqual([]);
  await session.addItems([said("again")]);
  expect(texts(await session.getItems())).toEqual(["again"]);
});

test("what it returns belongs to the caller", async () => {
  const session = new WaystoneSession(await freshStore(), "chat");
  await session.addItems([said("a")]);
  const [item] = await session.getItems();
  Object.assign(item!, { content: "changed" });
  expect(texts(await session.getItems())).toEqual(["a"]);
});

test("20 concurrent adds of two tabs lose none", async () => {
  const name = crypto.randomUUID();
  const tabs = [await freshStore({ name }), await freshStore({ name })].map(
    (store) => new WaystoneSession(store, "chat"),
  );
  const all = Array.from({ length: 20 }, (_, at) => `${at}`);
  await Promise.all(all.map((text, at) => tabs[at % 2]!.addItems([said(text)])));
  for (const session of tabs) expect(texts(await session.getItems()).sort()).toEqual([...all].sort());
  const popped = await Promise.all(tabs.map((session) => session.popItem()));
  expect(new Set(texts(popped as AgentInputItem[])).size).toBe(2);
});

test("an operation is applied once, even when retention has taken its checkpoint", async () => {
  const session = new WaystoneSession(await freshStore({ retention: keepLast(1) }), "chat");
  const append = { operationId: "op 1", transaction: { type: "append_items" as const, items: [said("a")] } };
  await session.applyHistoryTransaction(append);
  await session.addItems([said("b")]);
  await session.applyHistoryTransaction(append);
  expect(texts(await session.getItems())).toEqual(["a", "b"]);
  const other = { ...append, transaction: { ...append.transaction, items: [said("x")] } };
  await expect(session.applyHistoryTransaction(other)).rejects.toMatchObject({ code: "conflict" });
  const replacement = [said("c"), said("d")];
  const replace = { type: "replace_suffix" as const, expectedSuffix: [said("b")], replacement };
  await session.applyHistoryTransaction({ operationId: "op 2", transaction: replace });
  expect(texts(await session.getItems())).toEqual(["a", "c", "d"]);
  const late = session.applyHistoryTransaction({ operationId: "op 3", transaction: replace });
  await expect(late).rejects.toMatchObject({ code: "conflict" });
  expect(texts(await session.getItems())).toEqual(["a", "c", "d"]);
});

test.each([
  ["", { type: "append_items", items: [] }],
  [1, { type: "append_items", items: [] }],
  ["op", { type: "append_items" }],
  ["op", { type: "unheard of", items: [] }],
  ["op", undefined],
])("an operation %o %o is refused", async (operationId, transaction) => {
  const session = new WaystoneSession(await freshStore(), "chat");
  await expect(session.applyHistoryTransaction({ operationId, transaction } as never)).rejects.toThrow(TypeError);
});

test("ids that are no strings, and items that can't be stored, are refused", async () => {
  const store = await freshStore();
  for (const id of ["", 7, undefined]) expect(() => new WaystoneSession(store, id as string)).toThrow(TypeError);
  const session = new WaystoneSession(store, "chat");
  await session.addItems([said("a")]);
  const bad = [{ ...said("b"), providerData: { run: () => 1 } }] as AgentInputItem[];
  await expect(session.addItems(bad)).rejects.toMatchObject({
    code: "serialization",
    path: "state.items[1].providerData.run",
  });
  expect(texts(await session.getItems())).toEqual(["a"]);
});

test("sessions whose ids look alike are apart", async () => {
  const store = await freshStore();
  const ids = ["a", "ab", 'a"]', '["a"]'];
  for (const id of ids) await new WaystoneSession(store, id).addItems([said(id)]);
  for (const id of ids) expect(texts(await new WaystoneSession(store, id).getItems())).toEqual([id]);
});

test("an agent goes on with what was said in another page", async () => {
  const name = crypto.randomUUID();
  const runner = new Runner({ tracingDisabled: true });
  const before = await freshStore({ name });
  const model = new ScriptedModel([[assistantMessage("hello")], [assistantMessage("bye")]]);
  const agent = new Agent({ name: "agent", model });
  await runner.run(agent, "hi", { session: new WaystoneSession(before, "chat") });
  await before.close();
  await runner.run(agent, "leave", { session: new WaystoneSession(await freshStore({ name }), "chat") });
  expect(model.calls[1]!.request.input).toMatchObject([
    { role: "user", content: "hi" },
    { role: "assistant", content: [{ text: "hello" }] },
    { role: "user", content: "leave" },
  ]);
});
