import { expect, test, vi } from "vitest";
import { BlameView } from "../../../src/inspector/changes/blame-view.ts";
import { createMemoryStore } from "../../../src/memory.ts";
import { drawn, expectAccessible, picture, show } from "../stage.ts";

async function runOf(plans: readonly string[]) {
  const store = createMemoryStore<{ plan: string }>();
  const trace = store.trace("harbours");
  for (const [index, plan] of plans.entries()) {
    await trace.save(
      { plan },
      { id: `step-${index + 1}`, nextNode: "judge", metadata: { node: "search", note: `step ${index + 1}` } },
    );
  }
  return store;
}

test.each(["light", "dark"])("who made a value, and who changed it, accessibly, in %s", async (scheme) => {
  const view = new BlameView();
  view.store = await runOf(["look at all", "look at three", "look at three", "go to Craster", "stay"]);
  view.checkpointId = "step-3";
  view.path = ["plan"];
  show(view, { scheme, height: 360 });
  const selected: string[] = [];
  view.addEventListener("checkpoint-selected", (event) => {
    selected.push((event as CustomEvent<{ id: string }>).detail.id);
  });
  await vi.waitFor(() =>
    expect(view.shadowRoot!.querySelector("[role=status]")!.textContent).toBe("5 checkpoints read"),
  );
  const root = await drawn(view);
  const rows = [...root.querySelectorAll<HTMLElement>("li button")];
  for (const row of rows) row.click();
  expect(selected).toEqual(["step-2", "step-4", "step-5"]);
  expect(rows[0]!.textContent!.replace(/\s+/g, " ")).toContain('made by search step 2 "look at all" → "look at three"');
  await expectAccessible(view);
  await picture(view, `blame-${scheme}`);
});

test("a search can be stopped, and a new one takes over", async () => {
  const store = await runOf(Array.from({ length: 30 }, () => "the same"));
  const sound = store.load.bind(store);
  const load = vi.spyOn(store, "load").mockImplementation(async (id) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return await sound(id);
  });
  const view = new BlameView();
  view.store = store;
  view.checkpointId = "step-30";
  view.path = ["plan"];
  show(view);
  await vi.waitFor(() => expect(load.mock.calls.length).toBeGreaterThan(3));
  const stop = view.shadowRoot!.querySelector("button");
  stop!.click();
  await drawn(view);
  expect(load.mock.calls.length).toBeLessThan(30);
  expect(view.shadowRoot!.textContent).toContain("stopped after");
  view.path = ["nowhere"];
  await vi.waitFor(() => expect(view.shadowRoot!.textContent).toContain("This checkpoint has nothing there."));
});
