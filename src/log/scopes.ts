import type { Scope } from "../core/backend.ts";

/** The collections that each kind of transaction uses: those that use others can run side by side. */

/** To read heads and ids. */
export const HEADS: Scope = ["checkpoints"];
/** To read a state. */
export const STATES: Scope = ["checkpoints", "pieces", "segments"];
/** To read a state with its notes. */
export const NOTED: Scope = [...STATES, "notes"];
/** To read what a save builds on. Notes are counted where the record of the trace is damaged. */
export const BASES: Scope = [...NOTED, "traces"];
/** To save on a base that is known, if nothing is removed. */
export const SAVES: Scope = ["checkpoints", "pieces", "traces"];
/** To fold blocks. */
export const BLOCKS: Scope = ["pieces", "segments"];
/** To read the fence of a trace. */
export const TRACES: Scope = ["traces"];
/** To read the fence of a trace, and notes. */
export const NOTES: Scope = ["traces", "notes"];
/** To take a trace over. */
export const OWNERS: Scope = ["owners"];
