import { expect, test, vi } from "vitest";
import { compareStates } from "../../../src/inspector/changes/compare.ts";
import { StateDiff } from "../../../src/inspector/changes/state-diff.ts";
import { formatPath, type Path } from "../../../src/inspector/values/path.ts";
import { drawn, expectAccessible, expectFits, picture, show } from "../stage.ts";

const message = (id: number, text: string) => ({ id, at: new Date(1_790_000_000_000 + id * 1_000), text });

function states() {
  const messages = Array.from({ length: 42 }, (_, id) => message(id, `A message about harbour ${id}, kept as it was.`));
  const before = {
    goal: "Find a quiet harbour with a slipway",
    messages,
    plan: ["search", "judge", "weigh", "report"],
    scores: new Map([
      ["Craster", 3],
      ["Seahouses", 1],
    ]),
    visited: new Set(["Alnmouth"]),
    draft: "Three harbours come to mind. The first is Craster, which has no slipway.",
    budget: 1250n,
  };
  const after = structuredClone({ ...before, budget: 990n });
  after.messages.push(message(42, "A new message."));
  after.messages[7]!.text = "A message about harbour 7, edited since.";
  after.plan = ["report", "search", "judge", "weigh"];
  after.scores.set("Craster", 4);
  after.scores.delete("Seahouses");
  after.visited.add("Craster");
  after.draft = "Three harbours come to mind. The first is Craster, which has a short slipway. It is quiet.";
  return { before, after };
}

function shownDiff(before: unknown, after: unknown, options = {}): StateDiff {
  const diff = new StateDiff();
  diff.valueBefore = before;
  diff.valueAfter = after;
  return show(diff, options);
}

const textsOf = (root: ShadowRoot) =>
  [...root.querySelectorAll("li")].map((line) => line.textContent!.replace(/\s+/g, " ").trim());

test.each(["light", "dark"])("what changed is shown, accessibly, in %s", async (scheme) => {
  const { before, after } = states();
  const diff = shownDiff(before, after, { scheme });
  await vi.waitFor(() => expect(diff.shadowRoot!.querySelectorAll("li").length).toBeGreaterThan(10));
  const root = await drawn(diff);
  expect(textsOf(root)).toEqual(
    expect.arrayContaining([
      "… 7 unchanged",
      "… 34 unchanged",
      expect.stringMatching(/^\+ 42, added \{ id: 42, /),
      "↕ 0, moved moved from 3",
      '~ "Craster", changed 3 → 4',
      '− "Seahouses", removed 1',
      "~ budget, changed 1250n → 990n",
    ]),
  );
  expect(root.querySelector(".summary")!.textContent).toBe("2 added, 1 removed, 4 changed, 1 moved");
  expect([...root.querySelectorAll("ins")].map((ins) => ins.textContent)).toContain("short ");
  await expectAccessible(diff);
  await picture(diff, `diff-${scheme}`);
});

test("a change leads to its place", async () => {
  const { before, after } = states();
  const diff = shownDiff(before, after, { width: 320 });
  const paths: string[] = [];
  diff.addEventListener("path-selected", (event) => {
    paths.push(formatPath((event as CustomEvent<{ path: Path }>).detail.path));
  });
  await vi.waitFor(() => expect(diff.shadowRoot!.querySelectorAll("li").length).toBeGreaterThan(10));
  for (const button of diff.shadowRoot!.querySelectorAll("li button")) (button as HTMLElement).click();
  expect(paths.slice(0, 4)).toEqual(["messages", "messages[7]", "messages[7].text", "messages[42]"]);
  expectFits(diff);
  await picture(diff, "diff-narrow");
});

test("what is too large says so, and is compared when one insists", async () => {
  const large = (last: number) => [...new Array<number>(1_100_000).fill(1), last];
  const diff = shownDiff(large(1), large(2));
  await vi.waitFor(() => expect(diff.shadowRoot!.textContent).toContain("too large"), { timeout: 20_000 });
  diff.shadowRoot!.querySelector("button")!.click();
  await vi.waitFor(() => expect(diff.shadowRoot!.querySelectorAll("li")).toHaveLength(2), { timeout: 20_000 });
});

test("while 5 MB are compared, the page's own timers have their turn", async () => {
  const large = () => Array.from({ length: 20_000 }, (_, id) => message(id, `${id} `.repeat(40)));
  const after = large();
  after.splice(10_000, 1);
  let turns = 0;
  const timer = setInterval(() => (turns += 1));
  const difference = await compareStates(large(), after);
  clearInterval(timer);
  expect(difference).toMatchObject({
    kind: "inside",
    entries: [{ count: 10_000 }, { kind: "removed" }, { count: 9_999 }],
  });
  expect(turns).toBeGreaterThan(5);
});

test("of the first state, all is new", async () => {
  const diff = shownDiff(undefined, states().after);
  await vi.waitFor(() => expect(diff.shadowRoot!.textContent).toContain("There is nothing before it"));
});

test("nothing differs between equal states, and a newer comparison takes over", async () => {
  const { before, after } = states();
  const diff = shownDiff(before, after);
  await diff.updateComplete;
  diff.valueAfter = structuredClone(before);
  await vi.waitFor(() => expect(diff.shadowRoot!.textContent).toContain("Nothing differs."));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(diff.shadowRoot!.querySelector("li")).toBeNull();
});
