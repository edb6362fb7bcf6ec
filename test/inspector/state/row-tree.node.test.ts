import { expect, test } from "vitest";
import { formatPath, valueAt, type Path } from "../../../src/inspector/values/path.ts";
import { RowTree, type Row } from "../../../src/inspector/state/row-tree.ts";

const rowsOf = (tree: RowTree): Row[] => Array.from({ length: tree.length }, (_, index) => tree.row(index));
const outline = (tree: RowTree) => rowsOf(tree).map(({ depth, label }) => "  ".repeat(depth) + label);

const state = { title: "a", list: [{ at: 1 }, [10, 20]], map: new Map([["k", { deep: true }]]), end: null };

test("only what is open has rows", () => {
  const tree = new RowTree(state);
  expect(outline(tree)).toEqual(["state", "  title", "  list", "  map", "  end"]);
  tree.open(["list"]);
  tree.open(["map", { get: "k" }]);
  tree.open(["list", 1]);
  expect(outline(tree)).toEqual([
    "state",
    "  title",
    "  list",
    "    0",
    "    1",
    "      0",
    "      1",
    "  map",
    '    "k"',
    "      deep",
    "  end",
  ]);
  tree.close(["list"]);
  expect(tree.length).toBe(7);
  tree.close([]);
  expect(tree.length).toBe(1);
});

test("a row knows its place, its path leads to its value, and indexOf finds it again", () => {
  const tree = new RowTree(state);
  tree.openAll();
  for (const [index, row] of rowsOf(tree).entries()) {
    expect(valueAt(state, row.path)).toEqual({ value: row.value });
    expect(row.id).toBe(formatPath(row.path));
    expect(tree.indexOf(row.path)).toBe(index);
  }
  expect(tree.row(2)).toMatchObject({ label: "list", depth: 1, position: 1, siblings: 4, canOpen: true, isOpen: true });
  expect(tree.row(1)).toMatchObject({ label: "title", canOpen: false });
});

test("rows agree with a plain walk, whatever is opened and closed", () => {
  const value = Array.from({ length: 12 }, (_, i) => Array.from({ length: i % 4 }, (_, j) => [i, j, [i]]));
  const tree = new RowTree(value);
  const open = new Set([""]);
  const expected = (at: unknown, path: Path): string[] => {
    const id = formatPath(path);
    const inside = Array.isArray(at) && open.has(id) ? at : [];
    return [id, ...inside.flatMap((child, index) => expected(child, [...path, index]))];
  };
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 400; round += 1) {
    const row = tree.row(random(tree.length));
    if (row.isOpen && row.path.length > 0) {
      tree.close(row.path);
      for (const id of open) if (id.startsWith(row.id)) open.delete(id);
    } else if (row.canOpen) {
      tree.open(row.path);
      open.add(row.id);
    }
    expect(rowsOf(tree).map(({ id }) => id)).toEqual(expected(value, []));
  }
});

test("of a million elements, the first rows take a look at few", () => {
  let reads = 0;
  const list = new Proxy(new Array<number>(1_000_000).fill(1), {
    getOwnPropertyDescriptor(target, name) {
      reads += 1;
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  const tree = new RowTree({ list });
  tree.open(["list"]);
  for (let index = 0; index < 50; index += 1) tree.row(index);
  expect(reads).toBeLessThan(100);
  expect(tree.length).toBe(10_003);
  expect(tree.row(10_002)).toMatchObject({ hidden: 990_000, depth: 2 });
  tree.showMore(["list"]);
  expect(tree.length).toBe(20_003);
  expect(tree.reveal(["list", 999_999])).toBe(1_000_001);
  expect(tree.length).toBe(1_000_002);
});

test("an object that contains itself can't be opened without end", () => {
  const loop: { name: string; self?: unknown; list: unknown[] } = { name: "loop", list: [] };
  loop.self = loop;
  loop.list.push({ back: loop.list });
  const tree = new RowTree({ loop });
  tree.openAll();
  expect(outline(tree)).toEqual(["state", "  loop", "    name", "    list", "      0", "        back", "    self"]);
  expect(tree.row(6)).toMatchObject({ canOpen: false, cycleOf: "loop" });
  expect(tree.row(5)).toMatchObject({ canOpen: false, cycleOf: "loop.list" });
  expect(tree.open(["loop", "self"])).toBe(false);
});

test("what was open stays open in another value, as far as it is there", () => {
  const tree = new RowTree(state);
  tree.openAll();
  const other = new RowTree({ list: [{ at: 2 }], map: new Map() }, tree.openPaths);
  expect(outline(other)).toEqual(["state", "  list", "    0", "      at", "  map"]);
});
