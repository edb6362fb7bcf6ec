import { ReferenceStore } from "./reference-store.ts";
import { ReferenceTrace } from "./reference-trace.ts";

class HastyTrace extends ReferenceTrace {
  protected override inTurn<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }
}

/** Its handles stand where the call that ended last has brought them. */
export class StandsWhereCallsEnd extends ReferenceStore {
  protected override readonly Handle = HastyTrace;
}

class ForgetfulTrace extends ReferenceTrace {
  protected override readonly known = new (class extends Map<never, never> {
    override set(): this {
      return this;
    }
  })();
}

/** Its handles make another head of each call. */
export class KnowsNoRetries extends ReferenceStore {
  protected override readonly Handle = ForgetfulTrace;
}

/** Passes over options that it does not know. */
export class TakesAnyOption extends ReferenceStore {
  override checkOptions(): void {}
}
