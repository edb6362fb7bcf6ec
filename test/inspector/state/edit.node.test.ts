import { expect, test } from "vitest";
import { Slices } from "../../../src/inspector/slices.ts";
import { canEdit, editState, type Edit } from "../../../src/inspector/state/edit.ts";
import { readField, writeField, writtenAs } from "../../../src/inspector/state/written-values.ts";
import { valueAt } from "../../../src/inspector/values/path.ts";

class Money {
  amount = 5n;
}

function someState() {
  const message = { at: new Date(1), text: "a" };
  const money = new Money();
  const state = {
    messages: [message, { at: new Date(2), text: "b" }],
    latest: message,
    map: new Map<unknown, unknown>([
      ["k", 1],
      [message, "by object"],
      ["l", 2],
    ]),
    set: new Set<unknown>([1, message, 3]),
    holes: [1, , 3],
    money,
    bytes: new Uint8Array([1]),
    self: undefined as unknown,
  };
  state.self = state;
  return state;
}

const edited = async (state: unknown, edit: Edit) =>
  (await editState(state, edit, new Slices())) as ReturnType<typeof someState>;

test("an edit makes a copy: the state stays as it is, types and shared parts are kept", async () => {
  const state = someState();
  const copy = await edited(state, { kind: "set", path: ["messages", 0, "text"], value: "new" });
  expect(state).toEqual(someState());
  expect(copy.messages[0]).toEqual({ at: new Date(1), text: "new" });
  expect(copy.latest).toBe(copy.messages[0]);
  expect([...copy.map.keys()]).toEqual(["k", copy.latest, "l"]);
  expect(copy.set.has(copy.latest)).toBe(true);
  expect(copy.self).toBe(copy);
  expect(1 in copy.holes).toBe(false);
  expect(copy.holes).toHaveLength(3);
  expect([copy.money, copy.bytes]).toEqual([state.money, state.bytes]);
  expect(copy.money).toBe(state.money);
  expect(copy.messages[1]).not.toBe(state.messages[1]);
});

test("whatever has a path can be set and removed, in its place", async () => {
  const state = someState();
  const set = (path: Edit["path"], value: unknown) => edited(state, { kind: "set", path, value });
  const remove = (path: Edit["path"]) => edited(state, { kind: "remove", path });
  expect([...(await set(["map", { get: "k" }], 9)).map.values()]).toEqual([9, "by object", 2]);
  expect([...(await set(["map", { entry: 1, side: "value" }], 9)).map.values()]).toEqual([1, 9, 2]);
  expect([...(await set(["set", { member: 0 }], 9)).set][0]).toBe(9);
  expect((await set(["holes", 1], undefined)).holes).toEqual([1, undefined, 3]);
  expect(await set([], 1)).toBe(1);
  expect([...(await remove(["map", { entry: 1, side: "value" }])).map.keys()]).toEqual(["k", "l"]);
  expect((await remove(["set", { member: 1 }])).set).toEqual(new Set([1, 3]));
  expect((await remove(["messages", 0])).messages).toHaveLength(1);
  expect(await remove(["money"])).not.toHaveProperty("money");
});

test("what is added goes under its name, or to the end", async () => {
  const state = someState();
  const add = (path: Edit["path"], name = "") => edited(state, { kind: "add", path, name, value: "new" });
  expect(valueAt(await add([], "__proto__"), ["__proto__"])).toEqual({ value: "new" });
  expect((await add(["map"], "m")).map.get("m")).toBe("new");
  expect((await add(["messages"])).messages[2]).toBe("new");
  expect((await add(["set"])).set.has("new")).toBe(true);
});

test("inside of what only code can change, there is no edit", () => {
  const state = { money: new Money(), error: new Error("no"), list: [{ a: 1 }] };
  expect(canEdit(state, ["money"])).toBe(true);
  expect(canEdit(state, ["money", "amount"])).toBe(false);
  expect(canEdit(state, ["error", "message"])).toBe(false);
  expect(canEdit(state, ["list", 0, "a"])).toBe(true);
});

test("what a field shows is read as the same value", () => {
  const values = [
    "a\n b ",
    "",
    1.5,
    -0,
    Number.NaN,
    -Infinity,
    12n,
    true,
    null,
    undefined,
    new Date(5),
    /a\/b/gi,
    new URL("https://example.org/a"),
  ];
  for (const value of values) expect(readField(writeField(value), writtenAs(value)!)).toEqual({ value });
  expect([[], {}, new Map(), new Uint8Array(1), new Error("no")].map(writtenAs)).toEqual(new Array(5).fill(undefined));
});

test.each([
  ["number", "12a"],
  ["number", ""],
  ["bigint", "1.5"],
  ["boolean", "yes"],
  ["date", "1"],
  ["date", "2026-13-45"],
  ["url", "no address"],
  ["regexp", "/a(/"],
  ["regexp", "a"],
] as const)("what is no %s is told: %j", (as, text) => {
  expect(readField(text, as)).toEqual({ problem: expect.stringMatching(/^Write .*\.$/) as string });
});
