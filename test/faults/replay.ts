import type { Change } from "../../src/core/trace.ts";
import type { Deed, FinalTrace } from "./page/mix.ts";

/**
 * Does to plain lists what the changes say, in their order, and answers where that is not what the store answered to
 * those who did it, or what is there in the end. Which of two things done at once came first, the changes alone tell.
 */
export function replay(
  deeds: readonly Deed[],
  { changes, traces }: { changes: readonly Change[]; traces: readonly FinalTrace[] },
): string[] {
  const digests = new Map(deeds.flatMap((deed) => ("digest" in deed ? [[deed.id, deed.digest] as const] : [])));
  const problems: string[] = [];
  const names = new Set([...deeds, ...traces].map(({ trace }) => trace).concat(changes.map(({ traceId }) => traceId)));
  for (const name of names) {
    const replaying = new Replay(deeds.filter(({ trace }) => trace === name));
    for (const change of changes) if (change.traceId === name) replaying.take(change);
    const there = traces.find(({ trace }) => trace === name)?.checkpoints ?? [];
    replaying.end(there.map(({ id }) => id));
    for (const { id, digest } of there)
      if (digest !== digests.get(id)) replaying.problems.push(`${id} is not what was saved`);
    problems.push(...replaying.problems.map((problem) => `${name}: ${problem}`));
  }
  for (const deed of deeds) {
    if (deed.kind === "fork" && deed.digest !== digests.get(deed.from))
      problems.push(`${deed.id} is not a copy of ${deed.from}`);
  }
  return problems;
}

/** One trace. */
class Replay {
  readonly problems: string[] = [];
  readonly #left: Set<Deed>;
  readonly #deeds: readonly Deed[];
  readonly #gone = new Set<string>();
  #version = 0;
  #ids: string[] = [];

  constructor(deeds: readonly Deed[]) {
    this.#deeds = deeds;
    this.#left = new Set(deeds);
  }

  take(change: Change): void {
    if (change.version !== (this.#version += 1))
      this.problems.push(`change ${this.#version} has version ${change.version}`);
    this.#version = change.version;
    switch (change.kind) {
      case "saved": {
        const { id, seq } = change.head;
        if (this.#ids.includes(id) || this.#gone.has(id)) this.problems.push(`${id} was saved twice, at ${seq}`);
        this.#ids.push(id);
        return this.#account(
          `${id} was saved`,
          (deed) => (deed.kind === "save" || deed.kind === "fork") && deed.id === id,
        );
      }
      case "deleted":
        this.#remove(change.ids);
        return this.#account(
          `${change.ids} was deleted`,
          (deed) => deed.kind === "delete" && deed.wasThere && deed.id === String(change.ids),
        );
      case "pruned": {
        const oldest = this.#ids.slice(0, change.ids.length).reverse();
        if (String(oldest) !== String(change.ids))
          this.problems.push(`${change.ids} were pruned, not the oldest: ${oldest}`);
        this.#remove(change.ids);
        const [removed, keep] = [change.ids.length, this.#ids.length];
        return this.#account(
          `${removed} were pruned, ${keep} kept`,
          (deed) => deed.kind === "prune" && deed.removed === removed && deed.keep === keep,
        );
      }
      case "trace-deleted": {
        const removed = this.#ids.length;
        this.#remove(this.#ids);
        return this.#account(
          `it was deleted, with ${removed}`,
          (deed) => deed.kind === "delete-trace" && deed.removed === removed,
        );
      }
    }
  }

  /** Holds what is there against what should be, and what was answered against what came of it. */
  end(ids: readonly string[]): void {
    if (String(ids) !== String(this.#ids))
      this.problems.push(`${ids.length} are there: ${ids}; there should be ${this.#ids}`);
    for (const deed of this.#left) {
      if (deed.kind === "delete" && !deed.wasThere && this.#gone.has(deed.id)) continue;
      if (deed.kind === "prune" && deed.removed === 0) continue;
      this.problems.push(`nothing came of ${JSON.stringify(deed)}`);
    }
  }

  #remove(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#ids.includes(id)) this.problems.push(`${id} went, and was not there`);
      this.#gone.add(id);
    }
    this.#ids = this.#ids.filter((id) => !this.#gone.has(id));
  }

  #account(what: string, isOf: (deed: Deed) => boolean): void {
    const deed = this.#deeds.find((deed) => this.#left.has(deed) && isOf(deed));
    if (deed === undefined) this.problems.push(`${what}, and nobody did that`);
    else this.#left.delete(deed);
  }
}
