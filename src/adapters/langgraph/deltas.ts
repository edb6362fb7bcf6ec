import type { Delta, GraphCheckpoint } from "./graph-checkpoint.ts";

type Load = (id: string) => Promise<GraphCheckpoint | undefined>;

/** Returns the history of channels up to a checkpoint, by what it keeps, or else by its ancestors. */
export async function deltasBefore(
  checkpoint: GraphCheckpoint | undefined,
  channels: readonly string[],
  load: Load,
): Promise<Record<string, Delta>> {
  const { deltas = {}, parent } = checkpoint?.state ?? {};
  const open = channels.filter((name) => !Object.hasOwn(deltas, name));
  const before = open.length > 0 && parent !== undefined ? await load(parent) : undefined;
  const found = before === undefined ? {} : await deltasAfter(before, open, load);
  return Object.fromEntries(channels.map((name) => [name, deltas[name] ?? found[name] ?? { writes: [] }]));
}

/** Returns the history of channels up to the children of a checkpoint. */
export async function deltasAfter(
  checkpoint: GraphCheckpoint,
  channels: readonly string[],
  load: Load,
): Promise<Record<string, Delta>> {
  const { channel_values: values } = checkpoint.state;
  const open = channels.filter((name) => !Object.hasOwn(values, name));
  const before = open.length > 0 ? await deltasBefore(checkpoint, open, load) : {};
  const deltas = channels.map((name) => {
    const { writes, ...seed } = before[name] ?? { seed: values[name], writes: [] };
    const own = checkpoint.writes.filter(([, channel]) => channel === name);
    return [name, { ...seed, writes: [...writes, ...own] }] as const;
  });
  return Object.fromEntries(deltas);
}
