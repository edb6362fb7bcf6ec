import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countOf, countWithin, has, isAscending, numbersIn, toRuns } from "../../src/pieces/runs.ts";

const anyNumbers = fc.array(fc.nat(40), { maxLength: 30, size: "max" });
const anySet = fc
  .uniqueArray(fc.nat(60), { maxLength: 40, size: "max" })
  .map((numbers) => numbers.sort((a, b) => a - b));

test("runs hold the numbers they were made of, in their order", () => {
  fc.assert(fc.property(anyNumbers, (numbers) => void expect([...numbersIn(toRuns(numbers))]).toEqual(numbers)));
});

test("numbers in a row make one run", () => {
  expect(toRuns([3, 4, 9])).toEqual([3, 2, 9, 1]);
  expect(toRuns([0, 1, 2])).toEqual([0, 3]);
  expect(toRuns([])).toEqual([]);
  expect(toRuns([2, 1])).toEqual([2, 1, 1, 1]);
});

test("what is asked of ascending runs is what their numbers say", () => {
  fc.assert(
    fc.property(anySet, fc.integer({ min: -2, max: 62 }), fc.integer({ min: -2, max: 62 }), (numbers, first, last) => {
      const runs = toRuns(numbers);
      expect(isAscending(runs)).toBe(true);
      expect(countOf(runs)).toBe(numbers.length);
      expect(has(runs, first)).toBe(numbers.includes(first));
      expect(countWithin(runs, first, last)).toBe(numbers.filter((number) => number >= first && number <= last).length);
    }),
  );
});

describe("what is no ascending runs is told apart", () => {
  test.each([
    ["no list", { length: 0 }],
    ["half a run", [1]],
    ["an empty run", [1, 0]],
    ["a fraction", [1, 1.5]],
    ["a text", ["1", 1]],
    ["a number twice", [1, 2, 2, 1]],
    ["descending", [5, 1, 1, 1]],
    ["below 0", [-1, 1]],
    ["more than a number holds", [2 ** 53 - 1, 2 ** 53 - 1]],
  ])("%s", (_, runs) => expect(isAscending(runs)).toBe(false));
});
