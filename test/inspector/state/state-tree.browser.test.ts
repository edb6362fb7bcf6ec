import { expect, test, vi } from "vitest";
import { formatPath, type Path } from "../../../src/inspector/values/path.ts";
import { StateTree } from "../../../src/inspector/state/state-tree.ts";
import { drawn, expectAccessible, expectFits, picture, press, show } from "../stage.ts";

class Money {
  amount = 1250n;
  currency = "EUR";
}

async function png(): Promise<Uint8Array> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 48;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#0f6a5b";
  context.fillRect(8, 8, 32, 32);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  return new Uint8Array(await blob!.arrayBuffer());
}

async function someState() {
  const message = { at: new Date(1_790_000_000_000), role: "user", text: "Compare the three harbours. ".repeat(20) };
  const state = {
    goal: "Find a quiet harbour with a slipway",
    messages: [message, { at: new Date(1_790_000_060_000), role: "agent", text: "Three come to mind." }],
    latest: message,
    budget: new Money(),
    tokens: 9_007_199_254_740_993n,
    settings: new Map<unknown, unknown>([
      ["theme", "dark"],
      [{ port: "Alnmouth" }, { berths: 4 }],
    ]),
    visited: new Set(["Alnmouth", "Craster"]),
    photo: await png(),
    pattern: /har(bou)?r/i,
    home: new URL("https://example.org/harbours"),
    failure: new RangeError("no berth left"),
    numbers: [-0, Number.NaN, , Infinity],
    nothing: undefined,
    self: undefined as unknown,
  };
  state.self = state;
  return state;
}

function shownTree(value: unknown, options = {}): StateTree {
  const tree = new StateTree();
  tree.value = value;
  return show(tree, options);
}

const textsOf = (root: ShadowRoot) =>
  [...root.querySelectorAll("[role=treeitem]")].map((row) => row.textContent!.replace(/\s+/g, " ").trim());

test.each(["light", "dark"])("a state is shown as what it is, accessibly, in %s", async (scheme) => {
  const tree = shownTree(await someState(), { scheme });
  let root = await drawn(tree);
  const keyboard = root.querySelector("[role=tree]")!;
  tree.selectedPath = ["photo"];
  await vi.waitFor(() => expect(textsOf(root).join()).toContain("same as messages[0]"));
  root = await drawn(tree);
  const text = textsOf(root);
  expect(text).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^▶ budget Money \{ amount: 1250n, currency: "EUR" \}/),
      "tokens 9007199254740993n",
      expect.stringMatching(/^▶ settings Map \{ "theme" => "dark", .* 2 entries$/),
      expect.stringMatching(/^▶ photo Uint8Array\(/),
      "pattern /har(bou)?r/i",
      "home https://example.org/harbours",
      "nothing undefined",
      expect.stringMatching(/^self .* back to state$/),
    ]),
  );
  const detail = root.querySelector("waystone-value-detail")!.shadowRoot!;
  await vi.waitFor(() => expect(detail.querySelector("img")!.naturalWidth).toBe(48));
  await expectAccessible(tree);
  (keyboard as HTMLElement).focus();
  await picture(tree, `tree-${scheme}`);
  tree.selectedPath = ["messages", 0, "text"];
  await drawn(tree);
  await picture(tree, `tree-text-${scheme}`);
});

test("the keyboard goes everywhere, and says so", async () => {
  const tree = shownTree(await someState());
  const root = await drawn(tree);
  const paths: string[] = [];
  tree.addEventListener("path-selected", (event) => {
    paths.push(formatPath((event as CustomEvent<{ path: Path }>).detail.path));
  });
  const keyboard = root.querySelector<HTMLElement>("[role=tree]")!;
  keyboard.focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "End", "Home"]) {
    press(keyboard, key);
    await drawn(tree);
  }
  expect(paths).toEqual(["goal", "messages", "messages[0]", "self", ""]);
  const active = root.getElementById(keyboard.getAttribute("aria-activedescendant")!)!;
  expect(active.getAttribute("aria-level")).toBe("1");
  press(keyboard, "ArrowLeft");
  await drawn(tree);
  expect(textsOf(root)).toHaveLength(1);
});

test("search selects what it finds, wherever it is", async () => {
  const list = Array.from({ length: 3_000 }, (_, index) => ({ text: index === 2_718 ? "the needle" : "hay" }));
  const tree = shownTree({ deep: { list } });
  const root = await drawn(tree);
  const search = root.querySelector("waystone-state-search")!.shadowRoot!;
  const field = search.querySelector("input")!;
  field.value = "NEEDLE";
  field.dispatchEvent(new InputEvent("input"));
  await vi.waitFor(() => expect(formatPath(tree.selectedPath)).toBe("deep.list[2718].text"));
  await drawn(tree);
  expect(search.querySelector("output")!.textContent).toBe("1 of 1");
  expect(root.querySelector(".hit")!.textContent).toContain("the needle");
  // Another checkpoint is shown: what was searched for is searched for there, and the selection stays.
  tree.value = { needles: 1, also: "needle" };
  await vi.waitFor(() => expect(search.querySelector("output")!.textContent).toBe("1 of 2"));
});

test("5 MB open with few rows drawn, and no look at what is closed", async () => {
  let reads = 0;
  const message = (at: number) =>
    new Proxy(
      { at, text: "x".repeat(1000) },
      {
        ownKeys(target) {
          reads += 1;
          return Reflect.ownKeys(target);
        },
      },
    );
  const tree = new StateTree();
  tree.value = { messages: Array.from({ length: 5_000 }, (_, index) => message(index)) };
  tree.selectedPath = ["messages", 0];
  show(tree);
  await tree.updateComplete;
  const root = tree.shadowRoot!;
  expect(reads).toBeLessThan(200);
  await drawn(tree);
  expect(root.querySelectorAll("[role=treeitem]").length).toBeGreaterThan(10);
  expect(root.querySelectorAll("[role=treeitem]").length).toBeLessThan(80);
});

test("an image's URL is let go with the value it was made for", async () => {
  const revoke = vi.spyOn(URL, "revokeObjectURL");
  const create = vi.spyOn(URL, "createObjectURL");
  const tree = shownTree({ photo: await png(), other: 1 });
  tree.selectedPath = ["photo"];
  await drawn(tree);
  expect(create).toHaveBeenCalledTimes(1);
  tree.selectedPath = ["other"];
  await drawn(tree);
  expect(revoke.mock.calls).toEqual(create.mock.results.map(({ value }) => [value as unknown]));
});

test("it fits in 320 pixels", async () => {
  const tree = shownTree(await someState(), { width: 320 });
  await drawn(tree);
  expectFits(tree);
  await picture(tree, "tree-narrow");
});
