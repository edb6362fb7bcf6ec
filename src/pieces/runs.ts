/**
 * Runs of whole numbers, flat: start, length, start, length, ... `[3, 2, 9, 1]` is 3, 4, 9. In any order, unless said.
 */
export type Runs = readonly number[];

/** Returns numbers as runs, in the order given. */
export function toRuns(numbers: Iterable<number>): number[] {
  const runs: number[] = [];
  let end = -1;
  for (const number of numbers) {
    if (number === end && runs.length > 0) runs[runs.length - 1]! += 1;
    else runs.push(number, 1);
    end = number + 1;
  }
  return runs;
}

/** Returns how many numbers the runs hold. */
export function countOf(runs: Runs): number {
  let count = 0;
  for (let i = 1; i < runs.length; i += 2) count += runs[i]!;
  return count;
}

/** Returns the numbers of the runs one by one, in their order. */
export function* numbersIn(runs: Runs): Generator<number> {
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i]!;
    const end = start + runs[i + 1]!;
    for (let number = start; number < end; number += 1) yield number;
  }
}

/** Returns whether a value that was read is ascending runs: of numbers from 0 on, each once. */
export function isAscending(runs: unknown): runs is Runs {
  if (!Array.isArray(runs) || runs.length % 2 !== 0) return false;
  let end = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const start: unknown = runs[i];
    const length: unknown = runs[i + 1];
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(length)) return false;
    if ((start as number) < end || (length as number) < 1) return false;
    end = (start as number) + (length as number);
    if (!Number.isSafeInteger(end)) return false;
  }
  return true;
}

/** Returns how many of the numbers from `first` to `last`, both included, ascending runs hold. */
export function countWithin(runs: Runs, first: number, last: number): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const from = Math.max(first, runs[i]!);
    const to = Math.min(last + 1, runs[i]! + runs[i + 1]!);
    if (from < to) count += to - from;
  }
  return count;
}

/** Returns whether ascending runs hold a number. */
export function has(runs: Runs, number: number): boolean {
  let low = 0;
  let high = runs.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle * 2]! + runs[middle * 2 + 1]! <= number) low = middle + 1;
    else high = middle;
  }
  return low * 2 < runs.length && runs[low * 2]! <= number;
}

/** Returns what ascending runs hold of the numbers from `first` on. */
export function runsFrom(runs: Runs, first: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const from = Math.max(first, runs[i]!);
    const end = runs[i]! + runs[i + 1]!;
    if (from < end) kept.push(from, end - from);
  }
  return kept;
}

/** Returns what ascending runs hold that other ascending runs don't. */
export function runsWithout(runs: Runs, others: Runs): number[] {
  const left: number[] = [];
  let other = 0;
  for (let i = 0; i < runs.length; i += 2) {
    let from = runs[i]!;
    const end = from + runs[i + 1]!;
    for (; other < others.length && others[other]! < end; other += 2) {
      const otherEnd = others[other]! + others[other + 1]!;
      if (others[other]! > from) left.push(from, others[other]! - from);
      from = Math.max(from, otherEnd);
      // It may reach into the next run.
      if (otherEnd > end) break;
    }
    if (from < end) left.push(from, end - from);
  }
  return left;
}
