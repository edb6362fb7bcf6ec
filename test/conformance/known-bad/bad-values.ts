import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { Entry } from "./reference-disk.ts";
import { copyOf } from "./copy.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Keeps the caller's own state. */
export class SharesWithCaller extends ReferenceStore {
  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    const { state, ...head } = checkpoint;
    return { ...super.take(traceId, { ...head, state: null }), state };
  }
}

/** Copies the state when its turn has come, by which time the caller may have changed it. */
export class CopiesLate extends ReferenceStore {
  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    await Promise.resolve();
    await super.saveWithTrace(traceId, checkpoint);
  }
}

/** Hands out what it keeps. */
export class HandsOutItsOwn extends ReferenceStore {
  protected override async answer(entry: Entry | undefined): Promise<Checkpoint | undefined> {
    return entry?.checkpoint;
  }
}

/** Takes a part that is the same object as in the save before for unchanged. */
export class TrustsIdentity extends ReferenceStore {
  readonly #copies = new WeakMap<object, unknown>();

  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    const taken = super.take(traceId, checkpoint);
    const state = checkpoint.state as Record<string, object> | null;
    if (typeof state !== "object" || state === null || Object.getPrototypeOf(state) !== Object.prototype) return taken;
    const copy = taken.state as Record<string, unknown>;
    for (const [key, part] of Object.entries(state)) {
      if (typeof part !== "object" || part === null) continue;
      if (this.#copies.has(part)) copy[key] = this.#copies.get(part);
      else this.#copies.set(part, copy[key]);
    }
    return taken;
  }
}

/** Changes every part of a state, in whatever it is, on its way to the store. */
abstract class Loses extends ReferenceStore {
  protected abstract lose(holder: object): void;

  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    const taken = super.take(traceId, checkpoint);
    const seen = new Set<unknown>([taken.state]);
    for (const part of seen) {
      if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) continue;
      this.lose(part);
      for (const value of Object.values(part)) seen.add(value);
      if (part instanceof Map) for (const entry of part) for (const value of entry) seen.add(value);
      if (part instanceof Set) for (const value of part) seen.add(value);
    }
    return taken;
  }
}

/** As JSON does. */
export class DropsUndefined extends Loses {
  protected override lose(holder: object): void {
    for (const [key, value] of Object.entries(holder)) {
      if (value === undefined && !Array.isArray(holder)) delete (holder as Record<string, unknown>)[key];
    }
  }
}

/** As JSON does. */
export class LosesTheSignOfZero extends Loses {
  protected override lose(holder: object): void {
    for (const [key, value] of Object.entries(holder)) {
      if (value === 0) (holder as Record<string, unknown>)[key] = 0;
    }
  }
}

/** As a store with an index of keys may do. */
export class SortsKeys extends Loses {
  protected override lose(holder: object): void {
    if (Object.getPrototypeOf(holder) !== Object.prototype) return;
    const open = holder as Record<string, unknown>;
    for (const [key, value] of Object.entries(open).sort(([one], [other]) => (one < other ? -1 : 1))) {
      delete open[key];
      Object.defineProperty(open, key, { value, enumerable: true, configurable: true, writable: true });
    }
  }
}

/** As JSON does with undefined elements, turned around. */
export class FillsHoles extends Loses {
  protected override lose(holder: object): void {
    if (!Array.isArray(holder) || holder.length > 1_000) return;
    for (let index = 0; index < holder.length; index++) {
      if (!(index in holder)) holder[index] = undefined;
    }
  }
}

/** Makes expressions of what they are written as. */
export class RewindsExpressions extends Loses {
  protected override lose(holder: object): void {
    if (holder instanceof RegExp) holder.lastIndex = 0;
    for (const value of Object.values(holder)) if (value instanceof RegExp) value.lastIndex = 0;
  }
}

/** Copies what can be seen. */
export class DropsHiddenFields extends ReferenceStore {
  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    return super.take(traceId, { ...checkpoint, state: seenOf(checkpoint.state) });
  }
}

function seenOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(seenOf);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, seenOf(part)]));
}

/** Makes plain buffers of those that can be resized. */
export class FixesBuffers extends ReferenceStore {
  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    return super.take(traceId, { ...checkpoint, state: fixedOf(checkpoint.state) });
  }
}

function fixedOf(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (Array.isArray(value)) return value.map(fixedOf);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fixedOf(part)]));
}

/** Writes what was one object as often as it is referred to. */
export class UnsharesParts extends Loses {
  readonly #met = new WeakSet();

  protected override lose(holder: object): void {
    for (const [key, value] of Object.entries(holder)) {
      if (typeof value !== "object" || value === null) continue;
      if (this.#met.has(value)) (holder as Record<string, unknown>)[key] = copyOf<unknown>(value);
      this.#met.add(value);
    }
  }
}

/** As superjson does. */
export class DropsFunctions extends ReferenceStore {
  protected override take(traceId: string, checkpoint: Checkpoint): Checkpoint {
    return super.take(traceId, { ...checkpoint, state: withoutFunctions(checkpoint.state) });
  }
}

function withoutFunctions(value: unknown): unknown {
  if (typeof value === "function") return undefined;
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutFunctions(part)]));
}

/** Writes the head before it looks at the state. */
export class WritesBeforeItRefuses extends ReferenceStore {
  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    try {
      await super.saveWithTrace(traceId, checkpoint);
    } catch (error) {
      await super.saveWithTrace(traceId, { ...checkpoint, state: null }).catch(() => undefined);
      throw error;
    }
  }
}

/** Takes anything for an id. */
export class BelievesEverything extends ReferenceStore {
  override async saveWithTrace(traceId: string, checkpoint: Checkpoint): Promise<void> {
    const { id, createdAt = 0 } = checkpoint ?? {};
    await super.saveWithTrace(`${traceId} `, { ...checkpoint, id: `${id} `, createdAt: Number(createdAt) || 0 });
  }
}
