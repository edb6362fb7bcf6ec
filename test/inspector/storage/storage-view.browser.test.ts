import { expect, test, vi } from "vitest";
import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import { exportTraces, importTraces } from "../../../src/archive.ts";
import type { Store } from "../../../src/core/store.ts";
import { StorageView } from "../../../src/inspector/storage/storage-view.ts";
import { createMemoryStore } from "../../../src/memory.ts";
import { drawn, expectAccessible, expectFits, picture, show } from "../stage.ts";

async function someRun(steps = 24) {
  const store = createMemoryStore<{ messages: { at: Date; text: string }[] }>();
  const trace = store.trace("harbours");
  const messages: { at: Date; text: string }[] = [];
  for (let step = 1; step <= steps; step += 1) {
    messages.push({ at: new Date(step), text: `${step} `.repeat(40 + ((step * 37) % 60)) });
    await trace.save({ messages }, { metadata: { node: step % 3 === 0 ? "judge" : "search" } });
  }
  return store as unknown as Store;
}

async function shownStorage(store: Store, options = {}, isWithArchive = true) {
  const view = new StorageView();
  view.store = store;
  view.traceId = "harbours";
  if (isWithArchive) view.archive = { exportTraces, importTraces };
  show(view, options);
  await vi.waitFor(() => expect(view.shadowRoot!.querySelectorAll(".shares li").length).toBeGreaterThan(0));
  return view;
}

test.each(["light", "dark"])("what is stored, and what is shared, accessibly, in %s", async (scheme) => {
  const store = await someRun();
  const load = vi.spyOn(store, "load");
  const view = await shownStorage(store, { scheme, height: 860 });
  const root = await drawn(view);
  expect(root.querySelector(".saving")!.textContent).toMatch(/^\d+(\.\d)? times less$/);
  const rows = [...root.querySelectorAll(".shares li")];
  expect(rows).toHaveLength(24);
  expect(rows[0]!.textContent!.replace(/\s+/g, " ")).toMatch(/judge \+\d.* of \d/);
  expect(load).not.toHaveBeenCalled();
  const pruning = root.querySelector("waystone-prune")!.shadowRoot!;
  pruning.querySelector("button")!.click();
  await vi.waitFor(() => expect(pruning.querySelector(".preview")!.textContent).toContain("14 checkpoints would go"));
  await expectAccessible(view);
  pruning.querySelector(".preview")!.scrollIntoView();
  await picture(view, `storage-${scheme}`);
});

test("pruning is shown first, then done, and what was freed is what was foretold", async () => {
  const store = await someRun();
  const view = await shownStorage(store);
  const root = await drawn(view);
  const changed = vi.fn<() => void>();
  view.addEventListener("changed", changed);
  const pruning = root.querySelector("waystone-prune")!.shadowRoot!;
  const field = pruning.querySelector("input")!;
  field.value = "5";
  field.dispatchEvent(new InputEvent("input"));
  const offer = async (text: string) => {
    await vi.waitFor(() => expect(pruning.querySelector(".danger")?.textContent).toBe(text));
    return pruning.querySelector<HTMLElement>(".danger")!;
  };
  pruning.querySelector("button")!.click();
  const first = await offer("Remove 19 checkpoints");
  await store.saveWithTrace("harbours", createCheckpoint({ messages: [] }));
  first.click();
  // More would go than was agreed to.
  const second = await offer("Remove 20 checkpoints");
  expect(await store.list("harbours")).toHaveLength(25);
  const before = await store.usage();
  const { bytes } = await store.prune("harbours", 5, { dryRun: true });
  second.click();
  await vi.waitFor(() => expect(root.querySelectorAll(".shares li")).toHaveLength(5));
  expect(before.storedBytes - (await store.usage()).storedBytes).toBe(bytes);
  expect(changed).toHaveBeenCalledTimes(1);
  expect(pruning.textContent).toContain("Removed 20 checkpoints.");
});

test("an export can be imported by dropping it", async () => {
  const store = await someRun();
  const view = await shownStorage(store);
  const panel = (await drawn(view)).querySelector("waystone-transfer")!;
  const saved: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => (saved.push(blob as Blob), "blob:none"));
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
  const root = await drawn(panel as HTMLElement);
  root.querySelector("button")!.click();
  await vi.waitFor(() => expect(root.textContent).toContain("Exported"));
  vi.restoreAllMocks();

  const other = createMemoryStore() as unknown as Store;
  Object.assign(panel, { store: other });
  const data = new DataTransfer();
  data.items.add(new File(saved, "harbours.waystone.jsonl"));
  const dropped = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  root.querySelector(".drop")!.dispatchEvent(dropped);
  await vi.waitFor(() => expect(root.textContent).toContain("Imported 24 checkpoints of 1 trace."));
  expect(await other.list("harbours")).toEqual(await store.list("harbours"));
});

test("an import can be cancelled, and one that fails says why", async () => {
  const store = createMemoryStore() as unknown as Store;
  const view = await shownStorage(await someRun());
  const panel = (await drawn(view)).querySelector("waystone-transfer")!;
  Object.assign(panel, { store });
  const root = await drawn(panel as HTMLElement);
  const drop = (file: File) => {
    const data = new DataTransfer();
    data.items.add(file);
    root.querySelector(".drop")!.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
  };
  drop(new File(["no archive\n"], "broken.jsonl"));
  await vi.waitFor(() => expect(root.querySelector(".failure")!.textContent).toContain("The import failed: "));

  Object.assign(panel, {
    archive: {
      importTraces: (_: unknown, __: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    },
  });
  drop(new File(["endless"], "endless.jsonl"));
  await vi.waitFor(() => expect(root.querySelector("progress")).not.toBeNull());
  root.querySelector("button")!.click();
  await vi.waitFor(() => expect(root.textContent).toContain("The import was cancelled."));
});

test("without what exports and imports, neither is offered; and it fits in 320 pixels", async () => {
  const view = await shownStorage(await someRun(80), { width: 320 }, false);
  const root = await drawn(view);
  expect(root.querySelector("waystone-transfer")).toBeNull();
  expectFits(view);
  expect(root.querySelectorAll(".shares li")).toHaveLength(50);
  [...root.querySelectorAll("button")].find(({ textContent }) => textContent!.includes("more"))!.click();
  await vi.waitFor(() => expect(root.querySelectorAll(".shares li")).toHaveLength(80));
  await picture(view, "storage-narrow");
});

test("the browser is asked to keep the storage, where it can be asked", async () => {
  const store = await someRun();
  vi.spyOn(store, "usage").mockResolvedValue({
    storedBytes: 1,
    wholeStateBytes: 10,
    originBytes: 5e6,
    quotaBytes: 1e9,
    persisted: false,
  });
  const persist = vi.spyOn(store, "persist").mockResolvedValue(false);
  const view = await shownStorage(store);
  const root = await drawn(view);
  expect(root.textContent).toContain("5.0 MB of 1.0 GB");
  [...root.querySelectorAll("button")].find(({ textContent }) => textContent!.includes("Ask"))!.click();
  await vi.waitFor(() => expect(root.textContent).toContain("The browser did not agree."));
  expect(persist).toHaveBeenCalledTimes(1);
});

test("what others save is seen, and many saves are read at once", async () => {
  const store = await someRun(3);
  const usage = vi.spyOn(store, "usage");
  const view = await shownStorage(store);
  const reads = usage.mock.calls.length;
  const trace = store.trace("harbours");
  await trace.loadLatest();
  for (let step = 0; step < 20; step += 1) await trace.save({ step });
  await vi.waitFor(() => expect(view.shadowRoot!.querySelectorAll(".shares li")).toHaveLength(23), { timeout: 10_000 });
  expect(usage.mock.calls.length - reads).toBeLessThanOrEqual(3);
  view.remove();
  await trace.save({ step: 20 });
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(usage.mock.calls.length - reads).toBeLessThanOrEqual(3);
});
