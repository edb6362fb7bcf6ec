import { expect, test } from "vitest";
import { formatPath, valueAt, type Path } from "../../../src/inspector/values/path.ts";

const key = { id: 1 };
const state = {
  messages: [{ at: 1 }, { at: 2 }],
  "odd key": true,
  state: "a property",
  settings: new Map<unknown, unknown>([
    ["theme", "dark"],
    [10n, "ten"],
    [key, { of: "object" }],
  ]),
  visited: new Set(["a", "b"]),
  vector: new Float32Array([0.5, 1.5]),
  missing: undefined,
};

const places: [Path, string, unknown][] = [
  [[], "", state],
  [["messages", 1, "at"], "messages[1].at", 2],
  [["odd key"], 'state["odd key"]', true],
  [["state"], "state.state", "a property"],
  [["settings", { get: "theme" }], 'settings.get("theme")', "dark"],
  [["settings", { get: 10n }], "settings.get(10n)", "ten"],
  [["settings", { entry: 2, side: "key" }], "[...settings][2][0]", key],
  [["settings", { entry: 2, side: "value" }, "of"], "[...settings][2][1].of", "object"],
  [["visited", { member: 1 }], "[...visited][1]", "b"],
  [["vector", 1], "vector[1]", 1.5],
];

test("a path has a text, and leads to its value", () => {
  for (const [path, text, value] of places) {
    expect(formatPath(path)).toBe(text);
    expect(valueAt(state, path)).toEqual({ value });
  }
});

test("what a path writes is code that finds the same", () => {
  const { messages, settings, visited, vector } = state;
  const scope = { state, messages, settings, visited, vector };
  for (const [path, text, value] of places) {
    const evaluate = new Function(...Object.keys(scope), `return ${text || "state"}`);
    expect(evaluate(...Object.values(scope)), `${path.length} ${text}`).toBe(value);
  }
});

test("undefined is a value, and absence is not", () => {
  expect(valueAt(state, ["missing"])).toEqual({ value: undefined });
  const absent: Path[] = [
    ["nowhere"],
    ["toString"],
    ["messages", 2],
    ["messages", 0, "at", "deeper"],
    ["settings", { get: "other" }],
    ["settings", { entry: 3, side: "value" }],
    ["visited", { member: 2 }],
    ["messages", { get: "theme" }],
    ["missing", 0],
    ["odd key", 0],
  ];
  for (const path of absent) expect(valueAt(state, path), formatPath(path)).toBeUndefined();
});
