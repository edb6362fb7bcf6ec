import {
  compareWritesSortKeys,
  WRITES_IDX_MAP,
  writesSortKey,
  type CheckpointPendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Values } from "./values.ts";

/** What a task wrote to a channel and waits for its step to end, as a note keeps it. */
interface StoredWrite {
  readonly channel: string;
  /** The path of the task, by which the writes of a step are ordered. */
  readonly path: string;
  readonly value: unknown;
}

/** The notes of what one task wrote. */
export interface WriteNotes {
  /** What the task produced: what was written first stays, so that a repeated task changes nothing. */
  readonly outputs: Readonly<Record<string, StoredWrite>>;
  /** What happened to the task, an error or an interrupt: the last one counts. */
  readonly events: Readonly<Record<string, StoredWrite>>;
}

/** Tells the notes of writes from others that an application keeps beside the same checkpoints. */
const KEY = "write:";

/**
 * Returns the notes of what one task wrote.
 *
 * @param channels - The channels, in the order of writing.
 * @param values - What was written to each, as it is stored, by its position in `channels`.
 */
export function notesOf(
  channels: readonly string[],
  values: Readonly<Record<string, unknown>>,
  { task, path }: { readonly task: string; readonly path: string },
): WriteNotes {
  const outputs: Record<string, StoredWrite> = {};
  const events: Record<string, StoredWrite> = {};
  for (const [at, channel] of channels.entries()) {
    const position = WRITES_IDX_MAP[channel] ?? at;
    const notes = position < 0 ? events : outputs;
    notes[KEY + JSON.stringify([task, position])] = { channel, path, value: values[at] };
  }
  return { outputs, events };
}

/** A write as LangGraph takes it, but for its value, which is as it is stored. */
export type OrderedWrite = readonly [task: string, channel: string, value: unknown];

/** Returns the writes among a checkpoint's notes, in the order in which LangGraph applies them. */
export function writesIn(notes: ReadonlyMap<string, unknown>): OrderedWrite[] {
  const found = [...notes].flatMap(([key, note]) => {
    if (!key.startsWith(KEY)) return [];
    const [task, position] = JSON.parse(key.slice(KEY.length)) as [string, number];
    const { channel, path, value } = note as StoredWrite;
    return [{ order: writesSortKey(path, task, position), write: [task, channel, value] as const }];
  });
  return found.sort((a, b) => compareWritesSortKeys(a.order, b.order)).map(({ write }) => write);
}

/** Returns writes as LangGraph takes them. Their values are made of the stored ones. */
export async function reviveWrites(writes: readonly OrderedWrite[], values: Values): Promise<CheckpointPendingWrite[]> {
  const revived = await values.revive({ ...writes.map(([, , value]) => value) });
  return writes.map(([task, channel], at) => [task, channel, revived[at]]);
}
