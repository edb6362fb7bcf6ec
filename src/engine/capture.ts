import { Copier, FOUND_SHARED, MAX_DEPTH, TOO_DEEP } from "./copier.ts";
import type { Holding } from "./shape.ts";
import { Sharing } from "./sharing.ts";
import type { Anchor, Copy, Slot } from "./tree.ts";
import { findCuts, findShared, refusalOf, type RefusalDetails } from "./walk.ts";

/** A captured state, and what helps to capture the next one against it. */
export interface Tree {
  readonly root: Slot;
  /** Where an object of the caller's was copied to. A hint only: the copy is compared before it is used. */
  readonly hints: WeakMap<object, Copy>;
  /** Whether parts are referred to from several places. */
  readonly hasShared: boolean;
}

/** What a capture has to go by. */
export interface CaptureOptions {
  /** The tree of the save before: what is equal in both is one and the same node in both. */
  readonly base?: Tree | undefined;
  readonly holding?: Holding;
  /** How the value is called in errors. */
  readonly name?: string;
  /** What errors are about. */
  readonly about?: RefusalDetails;
  /** Given where a stored state is captured again: the anchors of its objects. */
  readonly anchors?: ReadonlyMap<object, Anchor>;
}

/**
 * A private copy of a value as it is now, sharing all that is equal with `base`.
 *
 * Equality is never taken from object identity: agents change their state in place. Each part is compared with the
 * copy; identity only says with which part of the copy to compare first.
 *
 * @throws CheckpointStoreError `serialization`, with the path of the first value that can't be stored without loss.
 */
export function capture(value: unknown, options: CaptureOptions = {}): Tree {
  const { base, holding = {}, name = "state", about } = options;
  const hints = base?.hints ?? new WeakMap<object, Copy>();
  try {
    let shared = base?.hasShared === true ? findShared(value, holding) : undefined;
    let cuts: object[] = [];
    for (;;) {
      const attempt = new Copier({ holding, hints, sharing: new Sharing(shared, options.anchors) });
      try {
        for (const cut of cuts) attempt.cut(cut);
        const root = attempt.slot(value, base?.root, 0);
        attempt.keepHints();
        return { root, hints, hasShared: attempt.sharing.hasShared };
      } catch (signal) {
        attempt.giveUp();
        if (signal === FOUND_SHARED && shared === undefined) shared = findShared(value, holding);
        else if (signal === TOO_DEEP && cuts.length === 0) cuts = findCuts(value, holding, MAX_DEPTH / 2);
        else throw signal;
      }
    }
  } catch (error) {
    throw refusalOf(value, { name, holding, about, cause: error });
  }
}
