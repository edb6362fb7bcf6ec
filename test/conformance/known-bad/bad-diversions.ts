import type { Entry } from "./reference-disk.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Copies the newest alone, as a fork does, and lets go what lies between. */
export class DivertsTheLatest extends ReferenceStore {
  protected override moveInto(fork: string, tail: readonly Entry[]): void {
    super.moveInto(fork, tail.slice(-1));
  }
}

/** Goes on behind the positions that have moved. */
export class StandsBehind extends ReferenceStore {
  protected override standAgain(): void {}
}

/** Leaves what was noted behind. */
export class DivertsWithoutNotes extends ReferenceStore {
  protected override moveInto(fork: string, tail: readonly Entry[]): void {
    super.moveInto(
      fork,
      tail.map((entry) => ({ ...entry, notes: new Map() })),
    );
  }
}

/** Puts itself in the place of whatever is there. */
export class DivertsOverOthers extends ReferenceStore {
  protected override requireNone(): void {}
}
