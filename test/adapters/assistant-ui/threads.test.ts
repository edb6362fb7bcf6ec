import type { ExportedMessageRepositoryItem, MessageFormatAdapter } from "@assistant-ui/react";
import { expect, test } from "vitest";
import { createThreadHistory, createThreadListAdapter } from "waystone/assistant-ui";
import { freshStore } from "../fresh-store.ts";

const item = (id: string, parentId: string | null, text = id): ExportedMessageRepositoryItem => ({
  parentId,
  message: {
    id,
    role: "user",
    createdAt: new Date(5),
    content: [{ type: "text", text }],
    attachments: [],
    metadata: { custom: {} },
  },
});

test("a history keeps messages with their branches, and which one is shown last", async () => {
  const name = crypto.randomUUID();
  const before = await freshStore({ name });
  const writing = createThreadHistory(before, "chat");
  expect((await writing.load()).messages).toEqual([]);
  for (const one of [item("a", null), item("b", "a"), item("c", "a")]) await writing.append(one);
  await writing.update!(item("b", "a", "edited"));
  await before.close();
  const history = createThreadHistory(await freshStore({ name }), "chat");
  expect(await history.load()).toEqual({
    headId: "c",
    messages: [item("a", null), item("b", "a", "edited"), item("c", "a")],
  });
});

test("what comes after a deleted message comes after the one before it; deleting twice is no error", async () => {
  const history = createThreadHistory(await freshStore(), "chat");
  for (const one of [item("a", null), item("b", "a"), item("c", "b")]) await history.append(one);
  for (let time = 0; time < 2; time++) await history.delete!([item("b", "a")]);
  expect(await history.load()).toEqual({ headId: "c", messages: [item("a", null), item("c", "a")] });
  await history.delete!([item("c", "a")]);
  expect(await history.load()).toEqual({ headId: "a", messages: [item("a", null)] });
});

test("messages of two tabs are all kept", async () => {
  const name = crypto.randomUUID();
  const tabs = [await freshStore({ name }), await freshStore({ name })].map((store) =>
    createThreadHistory(store, "chat"),
  );
  const ids = Array.from({ length: 20 }, (_, at) => `${at}`);
  await Promise.all(ids.map((id, at) => tabs[at % 2]!.append(item(id, null))));
  expect((await tabs[0]!.load()).messages.map(({ message }) => message.id).sort()).toEqual([...ids].sort());
});

test("messages in a format of their own are apart from others", async () => {
  const history = createThreadHistory(await freshStore(), "chat");
  const format: MessageFormatAdapter<{ id: string; when: Date }, { when: number }> = {
    format: "assistant-ui",
    encode: ({ message }) => ({ when: message.when.getTime() }),
    decode: ({ id, parent_id: parentId, content }) => ({ parentId, message: { id, when: new Date(content.when) } }),
    getId: ({ id }) => id,
  };
  const own = history.withFormat!(format);
  const message = { parentId: null, message: { id: "x", when: new Date(7) } };
  await own.append(message);
  await history.append(item("a", null));
  expect(await own.load()).toEqual({ headId: "x", messages: [message] });
  await own.delete!([message]);
  expect((await own.load()).messages).toEqual([]);
  expect((await history.load()).messages).toHaveLength(1);
});

test("a list names, archives and deletes threads, and reads no messages", async () => {
  const store = await freshStore();
  const list = createThreadListAdapter(store);
  await list.initialize("a", { custom: { pinnedTo: 1 } });
  await list.initialize('b"]');
  await createThreadHistory(store, "a").append(item("1", null));
  await list.initialize("a", { custom: { ignored: true } });
  await list.rename("a", "Lunch");
  await list.archive("a");
  await list.rename("gone", "nothing comes of it");
  await store.trace("another").save({});
  const { threads } = await list.list();
  expect(threads).toEqual([
    {
      remoteId: "a",
      status: "archived",
      title: "Lunch",
      custom: { pinnedTo: 1 },
      lastMessageAt: expect.any(Date) as Date,
    },
    { remoteId: 'b"]', status: "regular" },
  ]);
  await list.unarchive!("a");
  await list.updateCustom!("a", undefined);
  expect(await list.fetch("a")).toMatchObject({ status: "regular", title: "Lunch", custom: undefined });
  expect((await createThreadHistory(store, "a").load()).messages).toHaveLength(1);
  await list.delete("a");
  await list.delete("a");
  await expect(list.fetch("a")).rejects.toMatchObject({ code: "not-found" });
  expect((await list.list()).threads.map(({ remoteId }) => remoteId)).toEqual(['b"]']);
});

test("a list makes titles where it is told how", async () => {
  const list = createThreadListAdapter(await freshStore(), { titleOf: (messages) => `${messages.length} messages` });
  await list.initialize("a");
  const chunks: unknown[] = [];
  const stream = await list.generateTitle("a", [item("1", null).message]);
  await stream.pipeTo(new WritableStream({ write: (chunk) => void chunks.push(chunk) }));
  expect(JSON.stringify(chunks)).toContain("1 messages");
  expect((await list.fetch("a")).title).toBe("1 messages");
});

test("ids that are no strings, and options that there are not, are refused", async () => {
  const store = await freshStore();
  for (const id of ["", 7, undefined]) expect(() => createThreadHistory(store, id as string)).toThrow(TypeError);
  await expect(createThreadListAdapter(store).rename(7 as never, "x")).rejects.toThrow(TypeError);
  expect(() => createThreadListAdapter(store, { titleof: String } as object)).toThrow("is it titleOf?");
});
