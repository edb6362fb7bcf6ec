/** A set of whole numbers, kept as runs: its size depends on the number of runs, not of numbers. */
export class RangeSet {
  /** Start and end of each run, in order, flat. A run does not include its end, and no run touches the next. */
  readonly #bounds: number[] = [];

  /** A set of the same numbers. */
  copy(): RangeSet {
    const copy = new RangeSet();
    for (let at = 0; at < this.#bounds.length; at += 2) {
      copy.#bounds.push(this.#bounds[at]!, this.#bounds[at + 1]!);
    }
    return copy;
  }

  add(start: number, count = 1): void {
    const end = start + count;
    let from = this.#firstBound(start);
    let to = this.#firstBound(end + 1);
    // An odd index is that of an end: the number lies within its run, or right behind it.
    const merged = [from % 2 === 1 ? this.#bounds[from - 1]! : start, to % 2 === 1 ? this.#bounds[to]! : end];
    if (from % 2 === 1) from -= 1;
    if (to % 2 === 1) to += 1;
    this.#bounds.splice(from, to - from, ...merged);
  }

  remove(number: number): void {
    const at = this.#firstBound(number + 1);
    if (at % 2 === 0) return;
    const [start, end] = [this.#bounds[at - 1]!, this.#bounds[at]!];
    const rest: number[] = [];
    if (start < number) rest.push(start, number);
    if (number + 1 < end) rest.push(number + 1, end);
    this.#bounds.splice(at - 1, 2, ...rest);
  }

  has(number: number): boolean {
    return this.#firstBound(number + 1) % 2 === 1;
  }

  covers(start: number, count: number): boolean {
    const at = this.#firstBound(start + 1);
    return at % 2 === 1 && this.#bounds[at]! >= start + count;
  }

  /** Yields the numbers from `start` that are not in the set, of `count` numbers. */
  *missing(start: number, count: number): Generator<number> {
    const end = start + count;
    let number = start;
    for (let at = this.#firstBound(start + 1); number < end; at += 1) {
      if (at % 2 === 1) number = this.#bounds[at]!;
      else for (const stop = Math.min(end, this.#bounds[at] ?? end); number < stop; number += 1) yield number;
    }
  }

  /** Returns the index of the first bound that is not below `number`. */
  #firstBound(number: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bounds[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
