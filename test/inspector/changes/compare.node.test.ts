import { expect, test } from "vitest";
import { compareStates, TooLarge, type ChangedEntry, type Difference } from "../../../src/inspector/changes/compare.ts";
import { textChanges } from "../../../src/inspector/changes/text-changes.ts";
import { Slices } from "../../../src/inspector/slices.ts";
import { isSameValue } from "../../../src/inspector/values/equality.ts";
import { describe } from "../../../src/inspector/values/kinds.ts";
import { formatPath } from "../../../src/inspector/values/path.ts";

/** A difference in lines. */
function lines(difference: Difference | undefined): string[] {
  if (difference === undefined) return [];
  if (difference.kind === "replaced") return [`${describe(difference.before)} → ${describe(difference.after)}`];
  return difference.entries.flatMap((entry) => {
    if (entry.kind === "same") return [`= ${entry.count}`];
    const path = formatPath(entry.path);
    if (entry.kind === "added") return [`+ ${path} ${describe(entry.value)}`];
    if (entry.kind === "removed") return [`- ${path} ${describe(entry.value)}`];
    const { from, difference: inside } = entry as ChangedEntry;
    return [from === undefined ? `~ ${path}` : `> ${path} from ${from}`, ...lines(inside).map((line) => `  ${line}`)];
  });
}
const changes = async (before: unknown, after: unknown) => lines(await compareStates(before, after));

test("an appended message is one line, and what is the same is counted", async () => {
  const messages = Array.from({ length: 40 }, (_, at) => ({ at: new Date(at), text: `message ${at}` }));
  const before = { goal: "a", messages, step: 1, done: undefined };
  const after = structuredClone({ ...before, step: 2, messages: [...messages, { at: new Date(99), text: "new" }] });
  expect(await changes(before, after)).toEqual([
    "= 1",
    "~ messages",
    "  = 40",
    '  + messages[40] { at: 1970-01-01T00:00:00.099Z, text: "new" }',
    "~ step",
    "  1 → 2",
    "= 1",
  ]);
  expect(await compareStates(before, structuredClone(before))).toBeUndefined();
});

test("elements are found again when others come and go before them, and when they move", async () => {
  const item = (id: string, text = "") => ({ id, text });
  const before = [item("a"), item("b"), item("c"), item("d"), item("e")];
  const after = [item("new"), item("a"), item("d"), item("b"), item("c", "edited")];
  expect(await changes(before, after)).toEqual([
    '+ state[0] { id: "new", text: "" }',
    "= 1",
    "> state[2] from 3",
    "= 1",
    "~ state[4]",
    "  = 1",
    "  ~ state[4].text",
    '    "" → "edited"',
    '- state[4] { id: "e", text: "" }',
  ]);
  expect(await changes([item("a"), item("b"), item("c")], [item("c", "edited"), item("a"), item("b")])).toEqual([
    "> state[0] from 2",
    "  = 1",
    "  ~ state[0].text",
    '    "" → "edited"',
    "= 2",
  ]);
  expect(await changes([1, 2, 3], [2, 3])).toEqual(["- state[0] 1", "= 2"]);
  expect(await changes(["x", "x"], ["x", "x", "x"])).toEqual(["= 2", '+ state[2] "x"']);
  expect(await changes([{ text: "a", n: 1 }], [{ text: "b", n: 1 }])).toEqual([
    "~ state[0]",
    "  ~ state[0].text",
    '    "a" → "b"',
    "  = 1",
  ]);
});

test("maps and sets are compared as such, whatever the order", async () => {
  const before = {
    map: new Map([
      ["a", 1],
      ["b", 2],
    ]),
    set: new Set<unknown>(["x", { y: 1 }, "z"]),
  };
  const after = {
    map: new Map([
      ["b", 3],
      ["c", 4],
    ]),
    set: new Set<unknown>([{ y: 1 }, "x", "w"]),
  };
  expect(await changes(before, after)).toEqual([
    "~ map",
    '  ~ map.get("b")',
    "    2 → 3",
    '  + map.get("c") 4',
    '  - map.get("a") 1',
    "~ set",
    "  = 2",
    '  + [...set][2] "w"',
    '  - [...set][2] "z"',
  ]);
});

const loop = (name: string) => {
  const object: Record<string, unknown> = { name };
  object.self = object;
  return object;
};

test.each<[string, unknown, unknown, boolean]>([
  ["minus zero", 0, -0, false],
  ["NaN", Number.NaN, Number.NaN, true],
  ["undefined and absence", { a: undefined }, {}, false],
  ["a hole and undefined", [, 1], [undefined, 1], false],
  ["a number and a bigint", 1, 1n, false],
  ["dates", new Date(1), new Date(1), true],
  ["other dates", new Date(1), new Date(2), false],
  ["a date and its text", new Date(0), new Date(0).toISOString(), false],
  ["bytes", new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
  ["other bytes", new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
  ["bytes of another class", new Uint8Array([1]), new Int8Array([1]), false],
  ["blobs", new Blob(["a"]), new Blob(["a"]), true],
  ["blobs of the same size", new Blob(["a"]), new Blob(["b"]), false],
  ["files of other names", new File(["a"], "a"), new File(["a"], "b"), false],
  ["errors made elsewhere", new RangeError("no"), (() => new RangeError("no"))(), true],
  ["errors of another class", new RangeError("no"), new TypeError("no"), false],
  ["patterns", /a/g, /a/i, false],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ["maps with objects as keys", new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]]), true],
  ["an array and an object", [], {}, false],
  ["an object without a prototype", {}, Object.create(null), false],
  ["what contains itself", loop("a"), loop("a"), true],
  ["others that contain themselves", loop("a"), loop("b"), false],
])("equality by value: %s", async (_, a, b, isSame) => {
  expect(await isSameValue(a, b, new Slices())).toBe(isSame);
  expect((await compareStates({ in: a }, { in: b })) === undefined).toBe(isSame);
});

test("depth and length are no obstacle", async () => {
  const deep = (bottom: string) => {
    let value: unknown = bottom;
    for (let level = 0; level < 10_000; level += 1) value = { in: value };
    return value;
  };
  expect(await compareStates(deep("a"), deep("a"))).toBeUndefined();
  expect(await compareStates(deep("a"), deep("b"))).toBeDefined();
  const long = Array.from({ length: 20_000 }, (_, index) => ({ index }));
  const shuffled = [...long].reverse();
  const difference = await compareStates(long, shuffled);
  expect(difference).toMatchObject({ kind: "inside" });
});

test("5 MB against its parent are compared in slices, and given up when told to", async () => {
  const state = () => ({
    messages: Array.from({ length: 5_000 }, (_, at) => ({
      at: new Date(at),
      text: `${at} `.repeat(200),
      tags: ["a", "b"],
    })),
  });
  const [before, after] = [state(), state()];
  after.messages[2_500]!.text += "!";
  expect(await changes(before, after)).toHaveLength(8);
  await expect(compareStates(before, after, { limit: 1_000 })).rejects.toThrow(TooLarge);
  const reason = new Error("enough");
  await expect(compareStates(before, after, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("text changes are told word by word, with a little around them", () => {
  const told = (before: string, after: string) =>
    textChanges(before, after)
      .map(({ kind, text }) => (kind === "same" ? text : `${kind === "added" ? "{+" : "[-"}${text}]`))
      .join("");
  expect(told("the quick fox", "the quicker fox")).toBe("the [-quick]{+quicker] fox");
  expect(told("a", "a b")).toBe("a{+ b]");
  expect(told("", "new")).toBe("{+new]");
  const long = "word ".repeat(2_000);
  expect(told(`${long}old${long}`, `${long}new${long}`).length).toBeLessThan(200);
  expect(told(`${long}old. ${long}`, `${long}new. ${long}`)).toMatch(/^….*\[-old\]\{\+new\]\. word .*…$/);
  const random = (seed: number) => Array.from({ length: 4_000 }, (_, i) => ((i * seed) % 7919).toString(36)).join(" ");
  expect(textChanges(random(31), random(37)).filter(({ kind }) => kind !== "same")).toHaveLength(2);
});
