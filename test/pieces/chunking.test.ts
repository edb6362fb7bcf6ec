import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes } from "../../src/core/bytes.ts";
import { Stream, type Chunk } from "../../src/pieces/layout/chunk.ts";
import { cut } from "../../src/pieces/layout/chunking.ts";
import { Placings } from "../../src/pieces/layout/placing.ts";
import { countOf, toRuns } from "../../src/pieces/runs.ts";
import { sameBytes } from "../../src/state/equality.ts";
import { Binary, Container, Text, type Node } from "../../src/state/snapshot.ts";

/** Cuts one part after the other, as saves do: what is new gets the next number, and what is gone loses its own. */
class Cutter {
  readonly stream = new Stream(0);
  readonly #placings = new Placings();
  chunks: readonly Chunk[] = [];
  fresh: Chunk[] = [];

  next(node: Node): readonly Chunk[] {
    const before = allOf(this.chunks);
    this.chunks = cut(node, { old: this.chunks, mayUse: () => true, placings: this.#placings });
    this.fresh = [];
    for (const level of levelsOf(this.chunks)) this.#number(level);
    const now = new Set(allOf(this.chunks));
    for (const chunk of before) if (!now.has(chunk)) chunk.number = -1;
    return this.chunks;
  }

  #number(level: readonly Chunk[]): void {
    for (const chunk of level) {
      if (chunk.isStored) continue;
      let stream = this.stream;
      for (let below = chunk.members?.[0]; below !== undefined; below = below.members?.[0]) {
        stream = stream.above ??= new Stream(stream.id + 1);
      }
      chunk.stream = stream;
      chunk.number = stream.next;
      stream.next += 1;
      this.fresh.push(chunk);
    }
  }
}

const allOf = (chunks: readonly Chunk[]): Chunk[] => chunks.flatMap((chunk) => [chunk, ...allOf(chunk.members ?? [])]);
const leavesOf = (chunks: readonly Chunk[]): Chunk[] =>
  chunks.flatMap((chunk) => (chunk.members === undefined ? [chunk] : leavesOf(chunk.members)));
/** The lowest first. */
function levelsOf(chunks: readonly Chunk[]): (readonly Chunk[])[] {
  const below = chunks.flatMap(({ members }) => members ?? []);
  return below.length === 0 ? [chunks] : [...levelsOf(below), chunks];
}

const itemsOf = (chunks: readonly Chunk[]) => leavesOf(chunks).flatMap(({ items }) => items);
const textOf = (chunks: readonly Chunk[]) => chunks.map(({ content }) => content as string).join("");

/** Edits of a list of anything: some elements go, some come. */
const anyEdits = fc.array(
  fc.record({ at: fc.nat(10_000), remove: fc.nat(60), insert: fc.nat(60), isMoved: fc.boolean() }),
  { maxLength: 8 },
);

describe("a list", () => {
  const list = (items: readonly string[]) => new Container("array", items);

  test("is what its chunks hold together, whatever was done to it", () => {
    fc.assert(
      fc.property(anyEdits, fc.integer({ min: 5, max: 250 }), (edits, length) => {
        const cutter = new Cutter();
        let counter = 0;
        const items = Array.from({ length: 80 }, () => `${(counter += 1)}`.padEnd(length));
        expect(itemsOf(cutter.next(list([...items])))).toEqual(items);
        for (const { at, remove, insert, isMoved } of edits) {
          const place = at % (items.length + 1);
          const gone = items.splice(place, remove);
          const added = Array.from({ length: insert }, () => `${(counter += 1)}`.padEnd(length));
          items.splice(isMoved ? 0 : place, 0, ...added, ...(isMoved ? gone : []));
          expect(itemsOf(cutter.next(list([...items])))).toEqual(items);
          for (const chunk of cutter.fresh) {
            const weight = chunk.items.reduce<number>((sum, item) => sum + (item as string).length + 3, 0);
            // One element beyond the limit at most.
            expect(weight).toBeLessThan(2048 + length + 10);
          }
        }
      }),
    );
  });

  test("that grows keeps its chunks, tiny ones too, and gets one more, whose number is the next", () => {
    const cutter = new Cutter();
    const items = Array.from({ length: 400 }, (_, i) => `element ${i}`);
    const before = cutter.next(list([...items]));
    items.push("more");
    const grown = cutter.next(list([...items]));
    expect(grown.slice(0, before.length)).toEqual(before);
    expect(cutter.fresh.map((chunk) => chunk.items)).toEqual([["more"]]);
    items.push("and more");
    cutter.next(list([...items]));
    expect(cutter.fresh.map((chunk) => chunk.items)).toEqual([["and more"]]);
  });

  test("with one changed element costs one chunk, and none where a stretch moves", () => {
    const cutter = new Cutter();
    const items = Array.from({ length: 400 }, (_, i) => `element ${i}`.padEnd(50));
    cutter.next(list([...items]));
    items[200] = "changed";
    cutter.next(list([...items]));
    expect(cutter.fresh).toHaveLength(1);
    const stretch = cutter.chunks[3]!.items as string[];
    items.splice(items.indexOf(stretch[0]!), stretch.length);
    cutter.next(list([...items, ...stretch]));
    expect(cutter.fresh).toEqual([]);
  });

  test("never uses a chunk again that was given up", () => {
    const cutter = new Cutter();
    const items = Array.from({ length: 200 }, (_, i) => `element ${i}`.padEnd(50));
    const first = cutter.next(list(items));
    cutter.next(list(["other"]));
    const again = cutter.next(list(items));
    expect(again.filter((chunk) => first.includes(chunk))).toEqual([]);
  });

  test("with chunks all over is named by few runs, however it was edited", () => {
    const cutter = new Cutter();
    const items = Array.from({ length: 2_000 }, (_, i) => `element ${i}`.padEnd(240));
    cutter.next(list([...items]));
    let most = 0;
    let hasGroups = false;
    for (let edit = 0; edit < 200; edit += 1) {
      items[(edit * 7_919) % items.length] = `edit ${edit}`.padEnd(240);
      const chunks = cutter.next(list([...items]));
      most = Math.max(most, ...levelsOf(chunks).map((level, i, { length }) => (i < length - 1 ? 0 : runsOf(level))));
      for (const { members } of allOf(chunks).filter((chunk) => chunk.members !== undefined)) {
        expect(runsOf(members!)).toBeLessThan(64 + 8);
      }
      hasGroups ||= chunks.some(({ members }) => members !== undefined);
      expect(cutter.fresh.length).toBeLessThan(16);
    }
    expect(most).toBeLessThanOrEqual(64);
    expect(hasGroups).toBe(true);
    expect(itemsOf(cutter.chunks)).toEqual(items);
  });
});

function runsOf(chunks: readonly Chunk[]): number {
  const runs = toRuns(chunks.map(({ number }) => number));
  expect(countOf(runs)).toBe(chunks.length);
  return runs.length / 2;
}

test("an object keeps its keys with its values, and pairs of a map stay together", () => {
  const cutter = new Cutter();
  const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`);
  const values = keys.map((key) => `value of ${key}`);
  cutter.next(new Container("object", values, { keys }));
  keys.splice(50, 1);
  values.splice(50, 1);
  const chunks = cutter.next(new Container("object", values, { keys }));
  expect(chunks.flatMap((chunk) => chunk.keys)).toEqual(keys);
  expect(itemsOf(chunks)).toEqual(values);
  expect(cutter.fresh).toHaveLength(1);
  const pairs = new Container(
    "map",
    keys.flatMap((key) => [key, "x".repeat(100)]),
  );
  for (const { items } of new Cutter().next(pairs)) expect(items.length % 2).toBe(0);
});

test("an object whose keys were renamed shares nothing with what had the same values", () => {
  const cutter = new Cutter();
  const values = Array.from({ length: 100 }, () => "same");
  cutter.next(new Container("object", values, { keys: values.map((_, i) => `a${i}`) }));
  const keys = values.map((_, i) => `b${i}`);
  expect(cutter.next(new Container("object", values, { keys })).flatMap((chunk) => chunk.keys)).toEqual(keys);
});

describe("a text", () => {
  test("is what its stretches hold together, whatever was done to it", () => {
    fc.assert(
      fc.property(anyEdits, (edits) => {
        const cutter = new Cutter();
        let text = Array.from({ length: 12_000 }, (_, i) => `${i},`).join("");
        cutter.next(new Text(text));
        for (const { at, remove, insert } of edits) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + "é".repeat(insert) + text.slice(place + remove);
          expect(textOf(cutter.next(new Text(text)))).toBe(text);
          // What was edited, and a stretch on either side.
          expect(cutter.fresh.reduce((sum, { content }) => sum + content!.length, 0)).toBeLessThan(5 * 4096);
        }
      }),
    );
  });

  test("that grows keeps all but its last stretch", () => {
    const cutter = new Cutter();
    cutter.next(new Text("a".repeat(10_000)));
    cutter.next(new Text(`${"a".repeat(10_000)}b`));
    expect(cutter.fresh.map(({ content }) => content!.length)).toEqual([1]);
  });
});

describe("bytes", () => {
  const bytesOf = (chunks: readonly Chunk[]) => concatBytes(chunks.map(({ content }) => content as Uint8Array));

  test("are what their runs hold together, and one changed byte costs one run", () => {
    const cutter = new Cutter();
    const bytes = Uint8Array.from({ length: 150_000 }, (_, i) => i % 251);
    expect(sameBytes(bytesOf(cutter.next(new Binary(bytes.slice(), "Uint8Array"))), bytes)).toBe(true);
    bytes[100_000]! += 1;
    expect(sameBytes(bytesOf(cutter.next(new Binary(bytes.slice(), "Uint8Array"))), bytes)).toBe(true);
    expect(cutter.fresh).toHaveLength(1);
  });

  test("that are none have a run, too", () => {
    expect(bytesOf(new Cutter().next(new Binary(new Uint8Array(), "Uint8Array")))).toEqual(new Uint8Array());
    expect(new Cutter().next(new Binary(new Uint8Array(), "Uint8Array"))).toHaveLength(1);
  });

  test("of many megabytes make few chunks, none of them so large that an edit costs much", () => {
    const chunksOf = (bytes: number) => new Cutter().next(new Binary(new Uint8Array(bytes), "Uint8Array"));
    expect(chunksOf(20_000_000).length).toBeLessThanOrEqual(32);
    expect(Math.max(...chunksOf(200_000_000).map(({ content }) => content!.length))).toBe(3 * 1024 * 1024);
  });
});
