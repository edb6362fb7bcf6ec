import type { Checkpoint } from "../../../src/core/checkpoint.ts";
import type { LoadOptions } from "../../../src/core/trace.ts";
import type { Entry } from "./reference-disk.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Keeps what was made of a checkpoint in its place. */
export class UpgradesWhatIsStored extends ReferenceStore {
  protected override async answer(entry: Entry | undefined, options: LoadOptions): Promise<Checkpoint | undefined> {
    const checkpoint = await super.answer(entry, options);
    if (checkpoint !== undefined && options.upgrade !== undefined) Object.assign(entry!.checkpoint, checkpoint);
    return checkpoint;
  }
}

/** Takes `undefined` for the new state. */
export class UpgradesToNothing extends ReferenceStore {
  protected override async answer(entry: Entry | undefined, options: LoadOptions): Promise<Checkpoint | undefined> {
    const { upgrade } = options;
    if (upgrade === undefined) return super.answer(entry, options);
    return super.answer(entry, { ...options, upgrade: async (checkpoint) => (await upgrade(checkpoint)) ?? null });
  }
}
