import { beforeAll, describe, expect, test } from "vitest";
import { choicesOf } from "../../demo/agents/scout/ask.ts";
import { FALLBACKS } from "../../demo/agents/scout/knowledge/fallbacks.ts";
import type { Answer, Graph, NodeName } from "../../demo/agents/scout/graph.ts";
import { createGraph } from "../../demo/agents/scout/graph.ts";
import { searchIndex } from "../../demo/agents/scout/knowledge/search-index.ts";
import { query } from "../../demo/agents/scout/search.ts";
import { split } from "../../demo/agents/scout/split.ts";
import type { Choice, ScoutState, Target } from "../../demo/agents/scout/state.ts";
import { startState } from "../../demo/agents/scout/state.ts";
import { supportIn } from "../../demo/agents/scout/knowledge/support.ts";
import type { BaselineData, BrowserId } from "../../demo/baseline-data.ts";
import { readBaselineData } from "../../demo/vite-plugin-baseline-data.ts";

const AT = new Date("2026-01-01T00:00:00Z");

let data: BaselineData;
let graph: Graph;

beforeAll(async () => {
  data = await readBaselineData();
  graph = createGraph(data);
});

const target = (browser: BrowserId, version: string): Target => ({
  browser,
  version,
  name: data.browsers[browser].name,
});
const feature = (id: string) => data.features.find((one) => one.id === id)!;
const targets = () => [target("chrome", "140"), target("firefox", "140"), target("safari_ios", "18.4")];

/** Runs to the end, as the page's runner does, and gives every question the same answer if it is among its choices. */
function run(goal: string, choice: Choice, on = targets()): { state: ScoutState; nodes: NodeName[] } {
  let state = startState(goal, on, AT);
  const nodes: NodeName[] = [];
  for (let node: NodeName | undefined = "split"; node;) {
    nodes.push(node);
    const choices = node === "ask" && state.question ? choicesOf(state.question) : [];
    const answer: Answer = { choice: choices.includes(choice) ? choice : "enhance", decidedAt: AT };
    const step = graph[node](state, node === "ask" ? answer : undefined);
    [state, node] = [step.state, step.nextNode];
    expect(nodes.length).toBeLessThan(200);
  }
  return { state, nodes };
}

describe("split", () => {
  test.each([
    [
      "A notebook that works offline, takes photos and scans barcodes.",
      ["works offline", "takes photos", "scans barcodes"],
    ],
    ["- must read NFC tags\n- vibrate on errors\n", ["read NFC tags", "vibrate on errors"]],
    [
      "People can drag and drop files. It shows photos and videos in a grid",
      ["drag and drop files", "shows photos and videos in a grid"],
    ],
    ["Works offline, works offline", ["Works offline"]],
    [" \n ", []],
  ])("%j", (goal, expected) => {
    expect(split(startState(goal, [], AT)).state.needs.map(({ text }) => text)).toEqual(expected);
  });
});

describe("search", () => {
  test.each([
    ["works offline", "service-workers"],
    ["keeps the screen awake", "screen-wake-lock"],
    ["records where I am", "geolocation"],
    ["saves notes to files on disk", "file-system-access"],
    ["get notifications", "push"],
    ["connects MIDI keyboards", "web-midi"],
    ["syncs in the background", "background-sync"],
    ["opens menus next to their buttons", "popover"],
    ["container queries", "container-queries"],
    ["view transitions", "view-transitions"],
  ])("%s: %s", (need, expected) => {
    expect(searchIndex(data.features).find(query(need), 1)[0]?.feature.id).toBe(expected);
  });

  test("finds nothing where nothing fits, and says so", () => {
    const { state } = run("frobnicates the quux", "enhance");
    expect(state.report?.sections.map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });
});

test("support goes by the order of releases: the version named, a later one, or none", () => {
  const popover = feature("popover");
  expect(supportIn(popover, target("firefox", "125"), data)).toMatchObject({ grade: "yes", since: "125" });
  expect(supportIn(popover, target("firefox", "124"), data)).toMatchObject({ grade: "later", since: "125" });
  expect(supportIn(popover, target("safari_ios", "18.4"), data)).toMatchObject({ grade: "yes" });
  expect(supportIn(popover, target("safari_ios", "9"), data)).toMatchObject({ grade: "later" });
  expect(supportIn(feature("file-system-access"), target("firefox", "140"), data).grade).toBe("no");
  const early = data.features.find(({ support }) => support.safari?.startsWith("≤"))!;
  expect(supportIn(early, target("safari", "18.4"), data).grade).toBe("yes");
});

describe("a conflict", () => {
  const GOAL = "saves notes to files on disk, shares them with other apps";

  test("asks before it goes on, and waits for the answer", () => {
    const asked = run(GOAL, "enhance");
    expect(asked.nodes.slice(0, 5)).toEqual(["split", "search", "judge", "weigh", "ask"]);
    let state = startState(GOAL, targets(), AT);
    for (const node of ["split", "search", "judge", "weigh"] as const) state = graph[node](state).state;
    expect(graph.ask(state)).toMatchObject({ state, nextNode: "ask" });
    expect(state.question?.lacking.map((one) => one.target.browser)).toEqual(["firefox", "safari_ios"]);
  });

  test("enhance: kept, with a test for it", () => {
    const { report, targets: left } = run(GOAL, "enhance").state;
    expect(left).toEqual(targets());
    expect(report?.sections.map(({ outcome }) => outcome)).toEqual(["enhanced", "enhanced"]);
    expect(report?.sections[0]?.advice).toContain("Firefox 140 and Safari on iOS 18.4");
  });

  test("replace: by a feature that every target has", () => {
    const { report } = run(GOAL, "replace").state;
    expect(report?.sections.map(({ outcome }) => outcome)).toEqual(["replaced", "replaced"]);
    expect(report?.sections.flatMap(({ support }) => support.map(({ grade }) => grade))).not.toContain("no");
  });

  test("drop: the browsers go, and what they alone lacked is a conflict no more", () => {
    const { nodes, state } = run(GOAL, "drop");
    expect(nodes.filter((node) => node === "ask")).toHaveLength(1);
    expect(state.targets).toEqual([target("chrome", "140")]);
    expect(state.report?.dropped.map((one) => one.target.browser)).toEqual(["firefox", "safari_ios"]);
    expect(state.report?.sections.map(({ outcome }) => outcome)).toEqual(["safe", "safe"]);
  });

  test("offers to drop only where a browser is left", () => {
    let state = startState(GOAL, [target("firefox", "140")], AT);
    for (const node of ["split", "search", "judge", "weigh"] as const) state = graph[node](state).state;
    expect(state.question?.canDrop).toBe(false);
    expect(() => graph.ask(state, { choice: "drop", decidedAt: AT })).toThrow(RangeError);
  });
});

test("a step leaves the state it was given as it was, and makes the same of it again", () => {
  const states: ScoutState[] = [];
  const { state, nodes } = run("works offline, scans barcodes", "replace");
  let at = startState("works offline, scans barcodes", targets(), AT);
  for (const node of nodes) {
    const before = structuredClone(at);
    const answer: Answer | undefined = node === "ask" ? { choice: "replace", decidedAt: AT } : undefined;
    const step = graph[node](at, answer);
    expect(at).toEqual(before);
    expect(graph[node](before, answer)).toEqual(step);
    states.push((at = step.state));
  }
  expect(states.at(-1)).toEqual(state);
});

test("the data knows every feature that the agent knows", () => {
  const known = new Set(data.features.map(({ id }) => id));
  const named = Object.entries(FALLBACKS).flatMap(([id, others]) => [id, ...others.map(([other]) => other)]);
  expect(named.filter((id) => !known.has(id))).toEqual([]);
});

test("the slimmed data is a small part of the package, and whole", () => {
  expect(data.version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(data.features.length).toBeGreaterThan(1000);
  expect(JSON.stringify(data).length).toBeLessThan(700_000);
  expect(feature("grid")).toMatchObject({
    name: "Grid",
    baseline: "high",
    support: { chrome: expect.any(String) as string },
  });
});
