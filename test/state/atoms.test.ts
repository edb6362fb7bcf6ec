import { expect, test } from "vitest";
import { atomOf, captureAtom, copyOfAtomic } from "../../src/state/atoms.ts";
import { sameAtom } from "../../src/state/equality.ts";
import { Anchor } from "../../src/state/snapshot.ts";

function past(lastIndex: number): RegExp {
  const expression = /x[/]/gi;
  expression.lastIndex = lastIndex;
  return expression;
}

const ATOMS = [
  () => new Date(5),
  () => new Date(6),
  () => new Date(Number.NaN),
  () => past(0),
  () => past(3),
  () => /x/,
  () => new URL("https://a.example/b?c#d"),
  () => new URL("https://a.example/"),
];

test("equal values have equal atoms, and others don't", () => {
  ATOMS.forEach((one, i) =>
    ATOMS.forEach((other, k) => expect(sameAtom(atomOf(one()), atomOf(other()))).toBe(i === k)),
  );
});

test("an atom is the one before it where that is equal", () => {
  for (const make of ATOMS) {
    const before = atomOf(make());
    expect(captureAtom(make(), { before, anchor: undefined })).toBe(before);
    const other = atomOf(new Date(99));
    expect(captureAtom(make(), { before: other, anchor: undefined })).not.toBe(other);
  }
  const anchor = new Anchor();
  expect(captureAtom(new Date(1), { before: undefined, anchor }).anchor).toBe(anchor);
});

test("an atom keeps what was there, whatever becomes of the value", () => {
  const [date, url, expression] = [new Date(5), new URL("https://a.example/"), past(1)];
  const atoms = [date, url, expression].map((value) => captureAtom(value, { before: undefined, anchor: undefined }));
  date.setTime(9);
  url.hash = "changed";
  expression.lastIndex = 2;
  expect(atoms.map(({ value }) => value)).toEqual([new Date(5), new URL("https://a.example/"), past(1)]);
  expect((atoms[2]!.value as RegExp).lastIndex).toBe(1);
});

test("a copy is another object, with the lastIndex of an expression", () => {
  for (const make of ATOMS) {
    const value = make();
    expect(copyOfAtomic(value)).not.toBe(value);
    expect(copyOfAtomic(value)).toEqual(value);
  }
  expect(copyOfAtomic(past(7)).lastIndex).toBe(7);
});
