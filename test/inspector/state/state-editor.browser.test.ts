import { expect, test, vi } from "vitest";
import { StateEditor } from "../../../src/inspector/state/state-editor.ts";
import type { Path } from "../../../src/inspector/values/path.ts";
import { drawn, expectAccessible, picture, show } from "../stage.ts";

const someState = () => ({
  goal: "Find a harbour",
  due: new Date(1_790_000_000_000),
  tokens: 12n,
  plan: ["search", "judge"],
  settings: new Map([["theme", "dark"]]),
});

async function shownEditor(options = {}) {
  const editor = new StateEditor();
  const state = someState();
  editor.value = state;
  const told: unknown[] = [];
  editor.addEventListener("state-edited", (event) =>
    told.push((event as CustomEvent<{ value: unknown }>).detail.value),
  );
  show(editor, options);
  await drawn(editor);
  const root = editor.shadowRoot!;
  const select = async (path: Path) => {
    const tree = root.querySelector("waystone-state-tree")!;
    tree.dispatchEvent(new CustomEvent("path-selected", { detail: { path } }));
    await drawn(editor);
  };
  const write = async (text: string, button: string) => {
    const field = root.querySelector<HTMLInputElement>("[name=text]");
    if (field) field.value = text;
    [...root.querySelectorAll("button")].find(({ textContent }) => textContent === button)!.click();
    await drawn(editor);
  };
  return { editor, root, state, told, select, write };
}

test.each(["light", "dark"])("values are edited as what they are, accessibly, in %s", async (scheme) => {
  const { editor, root, state, told, select, write } = await shownEditor({ scheme });
  await select(["due"]);
  await write("next week", "Set");
  expect(root.querySelector("[role=alert]")!.textContent).toContain("Write a date and time");
  expect(root.querySelector("[name=text]")!.getAttribute("aria-invalid")).toBe("true");
  expect(told).toEqual([]);
  await expectAccessible(editor);
  await picture(editor, `editor-${scheme}`);
  await write("2026-12-24T18:00:00.000Z", "Set");
  await vi.waitFor(() => expect(told).toHaveLength(1));
  await select(["tokens"]);
  await write("13", "Set");
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told[1]).toEqual({ ...someState(), due: new Date("2026-12-24T18:00:00.000Z"), tokens: 13n });
  expect(told[0]).toMatchObject({ tokens: 12n });
  expect(state).toEqual(someState());
});

test("things are added and removed, and that is undone", async () => {
  const { root, told, select, write } = await shownEditor();
  await select(["settings"]);
  root.querySelector<HTMLInputElement>("[name=name]")!.value = "theme";
  await write("x", "Add");
  expect(root.querySelector("[role=alert]")!.textContent).toContain("already");
  root.querySelector<HTMLInputElement>("[name=name]")!.value = "size";
  await write("large", "Add");
  await vi.waitFor(() =>
    expect(told.at(-1)).toMatchObject({
      settings: new Map([
        ["theme", "dark"],
        ["size", "large"],
      ]),
    }),
  );
  await select(["plan", 1]);
  await write("", "Remove");
  await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ plan: ["search"] }));
  await write("", "Undo");
  await write("", "Undo");
  expect(told.at(-1)).toEqual(someState());
  expect([...root.querySelectorAll("button")].find(({ textContent }) => textContent === "Undo")!.disabled).toBe(true);
});

test("a value can become one of another kind", async () => {
  const { root, told, select, write } = await shownEditor();
  await select(["goal"]);
  const type = root.querySelector("select")!;
  type.value = "null";
  type.dispatchEvent(new Event("change"));
  await vi.waitFor(() => expect(root.querySelector("[name=text]")).toBeNull());
  await write("", "Set");
  await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ goal: null }));
});

test("what is written is taken over when the field is left, and when one asks for it", async () => {
  const { editor, root, told, select } = await shownEditor();
  const field = () => root.querySelector<HTMLInputElement>("[name=text]")!;
  await select(["tokens"]);
  field().value = "13";
  field().dispatchEvent(new Event("change"));
  await vi.waitFor(() => expect(told).toHaveLength(1));
  field().value = "14";
  expect(await editor.settle()).toBe(true);
  expect(told.at(-1)).toMatchObject({ tokens: 14n });
  expect(await editor.settle()).toBe(true);
  expect(told).toHaveLength(2);
  field().value = "many";
  expect(await editor.settle()).toBe(false);
  await select(["plan"]);
  expect(field().value).toBe("");
  field().value = "not added yet";
  expect(await editor.settle()).toBe(false);
  expect(root.querySelector("[role=alert]")!.textContent).toContain("Add it first");
  expect(told).toHaveLength(2);
});
