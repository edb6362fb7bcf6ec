/** Runs of whole numbers, flat: start, length, start, length, ... in the order given. */
export type Ranges = readonly number[];

/** The numbers as ranges: neighbours that follow one another become one. */
export function toRanges(numbers: Iterable<number>): number[] {
  const ranges: number[] = [];
  let end = -1;
  for (const number of numbers) {
    if (number === end && ranges.length > 0) ranges[ranges.length - 1]! += 1;
    else ranges.push(number, 1);
    end = number + 1;
  }
  return ranges;
}

/** Each number of the ranges, in their order; up to the first that is damaged. */
export function* numbersOf(ranges: Ranges): Generator<number> {
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i]!;
    const end = start + ranges[i + 1]!;
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return;
    for (let number = start; number < end; number += 1) yield number;
  }
}
