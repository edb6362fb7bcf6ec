import { expect, test } from "vitest";
import { capture } from "../../src/state/capture.ts";
import { pathTo, refusalOf, surveyOf } from "../../src/state/diagnose.ts";

const view = new Uint8Array(8);

test.each<[path: string, reason: string, state: unknown]>([
  ["state", "is a function", () => 1],
  ["state.tools[3].run", "is a symbol", { tools: [1, , 3, { run: Symbol("s") }] }],
  ['state["a b"]', "is an instance of Promise", { "a b": Promise.resolve() }],
  ["state.keys()[0].f", "is a function", new Map([[{ f: () => 1 }, 1]])],
  ['state.get("k")', "is a function", new Map([["k", () => 1]])],
  [
    "state.values()[1]",
    "is a function",
    new Map<unknown, unknown>([
      [1, 1],
      [{}, () => 1],
    ]),
  ],
  ["state.values()[1][0]", "is a function", new Set([1, [() => 1]])],
  ["state.cause.f", "is a function", new Error("m", { cause: { f: () => 1 } })],
  ["state[1]", "shares its buffer with another part", [view, new Uint8Array(view.buffer, 0, 4)]],
  ["state.a", "is an array with the property", { a: Object.assign([1], { total: 1 }) }],
  [
    "state.a",
    "has the accessor",
    {
      a: {
        get now() {
          return 1;
        },
      },
    },
  ],
  ["state.n[0]", "is a bigint of more than 100,000 digits", { n: [-(10n ** 100_001n)] }],
  ["state.first", "is a function", { first: () => 1, second: () => 2 }],
])("what can't be stored is named: %s %s", (path, reason, state) => {
  const about = { traceId: "t", checkpointId: "c" };
  const refusal = () => capture(state, { about });
  const details = { code: "serialization", path, traceId: "t", checkpointId: "c" };
  expect(refusal).toThrow(expect.objectContaining(details) as Error);
  expect(refusal).toThrow(`${path} ${reason}`);
});

test("what throws when it is read is named, with what it threw as the cause", () => {
  const cause = new Error("not for you");
  const state = {
    a: [
      {
        get broken() {
          throw cause;
        },
      },
    ],
  };
  expect(() => capture(state)).toThrow(expect.objectContaining({ code: "serialization", path: "state.a[0]" }) as Error);
  const trap = new Proxy(
    {},
    {
      ownKeys() {
        throw cause;
      },
    },
  );
  const details = { path: "metadata.trap", message: "metadata.trap can't be read", cause };
  expect(() => capture({ trap }, { name: "metadata" })).toThrow(expect.objectContaining(details) as Error);
});

test("where nothing is to blame, the cause is told", () => {
  const cause = new RangeError("out of memory");
  const error = refusalOf({}, { name: "state", holding: {}, about: undefined, cause });
  expect(error).toMatchObject({ code: "serialization", path: "state", message: "state can't be read", cause });
});

test("a long path is told in full, and shown in short", () => {
  let state: unknown = () => 1;
  for (let level = 0; level < 200; level += 1) state = { down: state };
  const error = refusalOf(state, { name: "state", holding: {}, about: undefined, cause: undefined });
  expect(error.path).toBe(`state${".down".repeat(200)}`);
  expect(error.message.length).toBeLessThan(250);
  expect(error.message).toMatch(/^state\.down.* … .*\.down is a function$/);
});

test("an object is found wherever it stands", () => {
  const target = new Blob([]);
  const find = (root: unknown) => pathTo(target, { root, name: "state", holding: {} });
  expect(find(target)).toBe("state");
  expect(find({ tools: [{}, { files: new Map([["plan.txt", target]]) }] })).toBe(
    'state.tools[1].files.get("plan.txt")',
  );
  expect(find({})).toBe("state");
});

test("a survey tells what is reached in more than one way, cycles included", () => {
  const [shared, date, ring] = [{}, new Date(), { self: undefined as unknown }];
  ring.self = ring;
  const { shared: found, cuts } = surveyOf({ a: shared, b: [shared, date], c: new Map([[date, ring]]) }, {});
  expect(found).toEqual(new Set([shared, date, ring]));
  expect(cuts).toEqual([]);
});

test("a survey cuts what is deep, the deepest first, and tells where each part belongs", () => {
  let state: unknown[] = ["bottom"];
  const levels = [state];
  for (let level = 1; level < 130; level += 1) levels.unshift((state = [0, state]));
  const { cuts, cutAbove } = surveyOf(state, {});
  const values = cuts.map(({ value }) => value);
  expect(values).toEqual([levels[100], levels[50]]);
  expect(cuts[1]!.path).toEqual(Array<number>(50).fill(1));
  expect([levels[50], levels[51], levels[100], levels[129]].map((level) => cutAbove.get(level!))).toEqual([
    undefined,
    levels[50],
    levels[50],
    levels[100],
  ]);
});
