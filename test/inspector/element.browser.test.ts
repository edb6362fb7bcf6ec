import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { exportTraces, importTraces } from "../../src/archive.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { deleteStore, openStore, type Store } from "../../src/index.ts";
import { runSteps } from "../../src/steps.ts";
import "../../src/inspector.ts";
import { counted, withMethods } from "./counted-store.ts";
import { find, findAll } from "./find.ts";
import { barriers, drawn, inspect, picture, press } from "./inspected.ts";
import { sampleState, saveSampleRun } from "./sample-run.ts";

const WIDE = [1280, 800] as const;

let store: Store;
beforeEach(async () => {
  await page.viewport(...WIDE);
  store = createMemoryStore();
});
afterEach(async () => {
  document.body.replaceChildren();
  await store.close();
});

const names = (within: ParentNode): string[] => findAll(within, ".title").map(({ textContent }) => textContent.trim());
const selectedText = (within: ParentNode): string =>
  find(within, "[role=option][aria-selected=true]").textContent.replace(/\s+/g, " ").trim();

test("shows the runs, the newest one's timeline, and its newest checkpoint", async () => {
  await saveSampleRun(store, "first", { steps: 3 });
  await saveSampleRun(store, "second", { steps: 12, isDone: false });
  const element = inspect(store);
  const told: unknown[] = [];
  element.addEventListener("selection-changed", ({ detail }) => told.push(detail));
  await vi.waitFor(() => expect(element.checkpointId).toBe("second-12"));
  await vi.waitFor(() => expect(selectedText(element)).toContain("judge#12"));
  await vi.waitFor(() => expect(names(element)).toHaveLength(2));
  expect(element.getAttribute("trace-id")).toBe("second");
  expect(told.at(-1)).toEqual({ traceId: "second", checkpointId: "second-12", isFollowing: true });
});

test("pictures: a run with forks, light and dark, wide and narrow, is free of barriers", async () => {
  await saveSampleRun(store, "notebook", { steps: 9, isDone: false });
  await store.trace("notebook").fork("notebook-6", "with photos");
  await saveSampleRun(store, "with photos", { steps: 4 });
  await saveSampleRun(store, "notebook", { steps: 4, isDone: false });
  await store.trace("notebook").fork("notebook-11", "with maps");
  await saveSampleRun(store, "with maps", { steps: 3 });
  await saveSampleRun(store, "notebook", { steps: 2, isDone: false });
  await saveSampleRun(store, "music room", { steps: 27 });
  const element = inspect(store, { traceId: "notebook" });
  await vi.waitFor(() => expect(findAll(element, "[role=option]").length).toBeGreaterThan(15));
  for (const scheme of ["light", "dark"] as const) {
    await picture("run", scheme, WIDE);
    expect(await barriers()).toEqual([]);
    await picture("run-medium", scheme, [800, 700]);
    await picture("run-narrow", scheme, [360, 640]);
    expect(await barriers()).toEqual([]);
    for (const pane of ["detail", "runs", "timeline"]) {
      findAll(element, "nav button")[["runs", "timeline", "detail"].indexOf(pane)]!.click();
      await picture(`run-narrow-${pane}`, scheme, [320, 640]);
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(document.documentElement.clientWidth);
      expect(await barriers()).toEqual([]);
    }
  }
});

/** Waits for an inspector of the store to show a checkpoint. */
async function shown(traceId: string, checkpointId: string, more: object = {}): Promise<ReturnType<typeof inspect>> {
  const element = inspect(store, { traceId, ...more });
  await vi.waitFor(() => expect(element.checkpointId).toBe(checkpointId));
  await vi.waitFor(() => find(element, "[role=option][aria-selected=true]"));
  return element;
}

test("follows what is saved, until one is selected, and again by f or End", async () => {
  await saveSampleRun(store, "run", { steps: 40, isDone: false });
  const element = await shown("run", "run-40");
  await saveSampleRun(store, "run", { steps: 1, isDone: false });
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-41"));
  find(element, "[role=listbox]").focus();
  await press("{ArrowUp}k");
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-39"));
  expect(element.isFollowing).toBe(false);
  await saveSampleRun(store, "run", { steps: 1, isDone: false });
  await drawn();
  expect(element.checkpointId).toBe("run-39");
  await press("{Home}");
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-1"));
  await vi.waitFor(() => expect(selectedText(element)).toContain("#1"));
  await press("j{ArrowDown}");
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-3"));
  await press("{End}");
  await vi.waitFor(() => expect([element.checkpointId, element.isFollowing]).toEqual(["run-42", true]));
  await press("f");
  expect(element.isFollowing).toBe(false);
  await press("f");
  expect(element.isFollowing).toBe(true);
});

test("what another tab or worker saves, deletes and forks is shown at once", async () => {
  const name = `inspected-${crypto.randomUUID()}`;
  const [here, there] = await Promise.all([openStore<object>(name), openStore<object>(name)]);
  await saveSampleRun(there, "run", { steps: 3, isDone: false });
  const element = inspect(here, { traceId: "run" });
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-3"));
  await saveSampleRun(there, "run", { steps: 1, isDone: false });
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-4"));
  await there.trace("run").fork("run-2", "fork", { id: "fork-1" });
  await vi.waitFor(() => expect(names(element)).toHaveLength(2));
  await vi.waitFor(() => expect(findAll(element, "[role=option]")).toHaveLength(5));
  await there.delete("run-4");
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-3"));
  await there.deleteTrace("fork");
  await vi.waitFor(() => expect(names(element)).toHaveLength(1));
  element.remove();
  await Promise.all([here.close(), there.close()]);
  await deleteStore(name);
});

test("10,000 checkpoints: only the rows in sight are drawn, and no more states are read than are shown", async () => {
  const run = store.trace("run");
  for (let i = 1; i < 10_000; i += 1) void run.save({ i }, { id: `run-${i}`, nextNode: "on" });
  await run.save({}, { id: "run-10000", nextNode: "on" });
  const { store: watched, headsRead, statesRead } = counted(store);
  store = watched;
  const element = await shown("run", "run-10000");
  const list = find(element, "[role=listbox]");
  await vi.waitFor(() => expect(list.scrollHeight).toBeGreaterThan(400_000), 30_000);
  for (let top = list.scrollHeight; top > 0; top -= 40_000) {
    list.scrollTop = top;
    await drawn();
    expect(findAll(element, "[role=option]").length).toBeLessThan(40);
  }
  expect([headsRead(), statesRead()]).toEqual([10_000, 1]);
});

test("while a run of large states is followed, few of them are loaded, however many are saved", async () => {
  const run = store.trace("run");
  const state = { texts: Array.from({ length: 500 }, (_, i) => `${i}`.repeat(1000)), step: 0 };
  await run.save(state, { id: "run-0", nextNode: "on" });
  let inFlight = 0;
  let loads = 0;
  const slow = withMethods(store, {
    async load(id) {
      loads += 1;
      inFlight += 1;
      expect(inFlight).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inFlight -= 1;
      return store.load(id) as never;
    },
  });
  const element = inspect(slow, { traceId: "run" });
  await vi.waitFor(() => expect(loads).toBe(1));
  for (let i = 1; i <= 60; i += 1) {
    state.step = i;
    await run.save(state, { id: `run-${i}`, nextNode: "on" });
    await drawn();
  }
  await vi.waitFor(() => expect(element.checkpointId).toBe("run-60"));
  expect(loads).toBeLessThan(20);
  const before = loads;
  await vi.waitFor(() => expect(find(element, "waystone-detail", "[role=tabpanel]").ariaBusy).toBe("false"), 5000);
  expect(loads - before).toBeLessThanOrEqual(2);
});

test("forks the selected checkpoint under a free name, warns of what runs again, and shows the fork", async () => {
  await saveSampleRun(store, "run", { steps: 8 });
  const element = await shown("run", "run-5", { checkpointId: "run-5" });
  const told: unknown[] = [];
  element.addEventListener("fork-requested", ({ detail }) => told.push(detail));
  element.addEventListener("resume-requested", ({ detail }) => told.push(detail));
  find(element, "waystone-detail", ".actions .primary").click();
  await vi.waitFor(() => expect(find<HTMLDialogElement>(element, "waystone-fork-dialog", "dialog").open).toBe(true));
  expect(find(element, ".warning").textContent).toContain("search, judge, weigh");
  await picture("fork", "light", WIDE);
  expect(await barriers()).toEqual([]);
  find(element, "waystone-fork-dialog", ".primary").click();
  await vi.waitFor(() => expect(told).toHaveLength(2));
  const [copy] = await store.list("run fork 1");
  expect(told).toEqual([
    { traceId: "run fork 1", checkpointId: copy, originId: "run-5", isEdited: false },
    { traceId: "run fork 1", checkpointId: copy },
  ]);
  await vi.waitFor(() => expect([element.traceId, element.checkpointId]).toEqual(["run fork 1", copy]));
  expect(await store.list("run")).toHaveLength(8);
});

test("a run that waits can be sent what it waits for, and is asked only when somebody wants to know", async () => {
  const running = runSteps(store.trace("run"), (step) => step.waitForEvent("approval", { question: "Send it?" }));
  const { store: watched, statesRead } = counted(store);
  const element = inspect(watched, { traceId: "run" });
  const told: unknown[] = [];
  element.addEventListener("answer-given", ({ detail }) => told.push(detail));
  await vi.waitFor(() => find(element, "waystone-waiting", "button"));
  await vi.waitFor(() => expect(statesRead()).toBeGreaterThan(0));
  find(element, "waystone-waiting", "button").click();
  await vi.waitFor(() => expect(find(element, "waystone-waiting", "pre").textContent).toBe("Send it?"));
  await picture("waiting", "light", WIDE);
  expect(await barriers()).toEqual([]);
  find<HTMLTextAreaElement>(element, "waystone-waiting", "textarea").value = '{ "ok": true }';
  find(element, "waystone-waiting", ".primary").click();
  expect(await running).toEqual({ ok: true });
  expect(told).toEqual([{ traceId: "run", name: "approval", value: { ok: true } }]);
  await vi.waitFor(() => expect(find(element, ".state").textContent).toBe("done"));
});

test("a deleted run is hidden at once, and is deleted only when that can't be undone any more", async () => {
  for (const name of ["a", "b"]) await saveSampleRun(store, name, { steps: 2 });
  const element = await shown("a", "a-2");
  await vi.waitFor(() => expect(names(element)).toHaveLength(2));
  const remove = () => find(findAll(element, ".run").at(-1)!, ".delete").click();
  remove();
  await vi.waitFor(() => expect(names(element)).toHaveLength(1));
  expect(await store.list("a")).toHaveLength(2);
  await picture("undo", "dark", WIDE);
  expect(await barriers()).toEqual([]);
  find(element, ".toast button").click();
  await vi.waitFor(() => expect(names(element)).toHaveLength(2));
  remove();
  element.remove();
  await vi.waitFor(async () => expect(await store.list("a")).toEqual([]));
});

test("the keys are on a sheet, and do nothing while one types", async () => {
  await saveSampleRun(store, "run", { steps: 4 });
  const element = await shown("run", "run-4");
  find(element, "[role=listbox]").focus();
  await press("?");
  await vi.waitFor(() => expect(find<HTMLDialogElement>(element, "waystone-help", "dialog").open).toBe(true));
  await picture("help", "dark", WIDE);
  expect(await barriers()).toEqual([]);
  await press("kk");
  find(element, "waystone-help", "button").click();
  await press("/");
  const field = find<HTMLInputElement>(element, "waystone-runs", "input");
  expect(find(element, "waystone-runs").shadowRoot!.activeElement).toBe(field);
  await press("kjc");
  expect(element.checkpointId).toBe("run-4");
});

test("a checkpoint is marked by c, and others are compared with it", async () => {
  await saveSampleRun(store, "run", { steps: 6 });
  const element = await shown("run", "run-6");
  find(element, "[role=listbox]").focus();
  await press("{Home}c{ArrowDown}{ArrowDown}2");
  await vi.waitFor(() =>
    expect(find(element, "waystone-state-diff")).toMatchObject({
      valueBefore: sampleState(1),
      valueAfter: sampleState(3),
    }),
  );
  await vi.waitFor(() => expect(selectedText(element)).toContain("#3"));
  await press("{Home}c{End}");
  await vi.waitFor(() =>
    expect(find(element, "waystone-state-diff")).toMatchObject({
      valueBefore: sampleState(5),
      valueAfter: sampleState(6),
    }),
  );
});

test("a state is edited before it is forked: the copy stays, the edited one is its child, with its types", async () => {
  await saveSampleRun(store, "run", { steps: 5, isDone: false });
  const element = await shown("run", "run-3", { checkpointId: "run-3" });
  find(element, "waystone-detail", ".actions button:nth-of-type(2)").click();
  await vi.waitFor(() => find(element, "waystone-fork-dialog", "label"));
  find(element, "waystone-fork-dialog", "form > div > button").click();
  await vi.waitFor(() => expect(find(element, "waystone-state-editor").shadowRoot).not.toBeNull());
  const editor = find(element, "waystone-state-editor");
  const value = { ...sampleState(3), goal: "Another goal" };
  editor.dispatchEvent(new CustomEvent("state-edited", { detail: { value }, bubbles: true, composed: true }));
  await picture("edit", "light", WIDE);
  expect(await barriers()).toEqual([]);
  const told: unknown[] = [];
  element.addEventListener("fork-requested", ({ detail }) => told.push(detail));
  find(element, "waystone-fork-dialog", "footer .primary").click();
  await vi.waitFor(() => expect(told).toHaveLength(1));
  const [edited, copy] = await store.list("run fork 1");
  expect(told).toEqual([{ traceId: "run fork 1", checkpointId: edited, originId: "run-3", isEdited: true }]);
  expect((await store.load(copy!))?.state).toEqual(sampleState(3));
  expect(await store.load(edited!)).toMatchObject({ state: value, parentId: copy, nextNode: "draft" });
  expect(await store.list("run")).toHaveLength(5);
  await vi.waitFor(() => expect(element.checkpointId).toBe(edited));
});

test("pictures: changes, blame and storage, free of barriers", async () => {
  await saveSampleRun(store, "run", { steps: 12 });
  const element = await shown("run", "run-12", { archive: { exportTraces, importTraces } });
  await vi.waitFor(() => find(element, "waystone-state-tree", "[role=treeitem]:nth-of-type(6)").click());
  for (const [key, part] of [
    ["2", "waystone-state-diff"],
    ["3", "waystone-blame"],
    ["4", "waystone-storage"],
  ] as const) {
    find(element, "[role=listbox]").focus();
    await press(key);
    await vi.waitFor(() => expect(find(element, part).shadowRoot?.textContent).toMatch(/\w/));
    await picture(part, "light", WIDE);
    expect(await barriers()).toEqual([]);
    await picture(part, "dark", [800, 700]);
    expect(await barriers()).toEqual([]);
  }
});

test("what happens inside does not leave the element but by its own events", async () => {
  await saveSampleRun(store, "run", { steps: 3 });
  const element = await shown("run", "run-3");
  const leaked: string[] = [];
  for (const type of ["path-selected", "checkpoint-selected", "state-edited", "changed", "found", "hit-selected"]) {
    element.addEventListener(type, () => leaked.push(type));
  }
  await vi.waitFor(() => find(element, "waystone-state-tree", "[role=treeitem]:nth-of-type(2)").click());
  find(element, "[role=option]").click();
  await drawn();
  expect(leaked).toEqual([]);
});
