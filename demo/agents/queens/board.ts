/** So many queens on a board of that size, none of which attacks another: the column of each, row by row. */
export interface Board {
  readonly size: number;
  readonly queens: readonly number[];
}

/**
 * Every board that a depth-first search meets, in its order: each is the one before it with a queen more, or another queen
 * somewhere before its end.
 */
export function* boards(size: number, queens: readonly number[] = []): Generator<Board> {
  yield { size, queens };
  for (let column = 0; column < size; column++) if (isSafe(queens, column)) yield* boards(size, [...queens, column]);
}

/** Whether a board has a queen in each row. */
export function isSolved({ size, queens }: Board): boolean {
  return queens.length === size;
}

/** Names a board among those of its size: `0-4-7`. */
export function pathOf({ queens }: Board): string {
  return queens.join("-");
}

function isSafe(queens: readonly number[], column: number): boolean {
  return queens.every((other, row) => other !== column && Math.abs(other - column) !== queens.length - row);
}
