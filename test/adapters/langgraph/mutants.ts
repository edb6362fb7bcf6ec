import type { CheckpointMetadata, PendingWrite } from "@langchain/langgraph-checkpoint";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { Store } from "waystone";
import { WaystoneSaver, type WaystoneSaverOptions } from "waystone/langgraph";
import { createMemoryStore } from "waystone/memory";

/**
 * Checkpointers that break one promise each. All but those that lose or refuse what they are given pass LangGraph's own
 * suite, which is why there are cases beside it.
 */

type Config = RunnableConfig;
type Put = Parameters<WaystoneSaver["put"]>;

const keyed = (config: Config, changes: Record<string, unknown>): Config => ({
  configurable: { ...config.configurable, ...changes },
});

/** A store whose handles' methods, or its own, are replaced. */
function altered(
  store: Store,
  own: object,
  handles: (trace: ReturnType<Store["trace"]>) => object = () => ({}),
): Store {
  const over = <T extends object>(target: T, methods: object): T =>
    new Proxy(target, {
      get(_, name) {
        const found: unknown = Reflect.get(name in methods ? methods : target, name);
        return typeof found === "function" ? (found as (...all: unknown[]) => unknown).bind(target) : found;
      },
    });
  return over(store, {
    ...own,
    trace(id: string, options?: object) {
      const trace = store.trace(id, options);
      return over(trace, handles(trace));
    },
  });
}

/** What a task writes again takes the place of what it wrote first. */
export class OverwritesWrites extends WaystoneSaver {
  constructor(store: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(
      altered(store, {}, (trace) => ({
        note: (id: string, entries: Record<string, unknown>) => trace.note(id, entries),
      })),
      serde,
      options,
    );
  }
}

/** What happened to a task stays as it was first. */
export class KeepsFirstEvents extends WaystoneSaver {
  constructor(store: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(
      altered(store, {}, (trace) => ({
        note: (id: string, entries: Record<string, unknown>) => trace.note(id, entries, { once: true }),
      })),
      serde,
      options,
    );
  }
}

export class IgnoresPaths extends WaystoneSaver {
  override putWrites(config: Config, writes: PendingWrite[], task: string): Promise<void> {
    return super.putWrites(config, writes, task);
  }
}

/** Writes that come before their checkpoint are forgotten. */
export class DropsEarlyWrites extends WaystoneSaver {
  override async putWrites(config: Config, ...rest: [PendingWrite[], string, string?]): Promise<void> {
    if ((await this.getTuple(config)) !== undefined) await super.putWrites(config, ...rest);
  }
}

/** Writes that come before their checkpoint make one to stand beside. */
export class MakesRoomForWrites extends WaystoneSaver {
  override async putWrites(config: Config, ...rest: [PendingWrite[], string, string?]): Promise<void> {
    if ((await this.getTuple(config)) === undefined) {
      const id = config.configurable?.["checkpoint_id"] as string;
      const state = { v: 4, id, ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
      await super.put(keyed(config, { checkpoint_id: undefined }), state, {} as CheckpointMetadata, {});
    }
    await super.putWrites(config, ...rest);
  }
}

/** Takes all notes beside a checkpoint for writes. */
export class TakesAllNotes extends WaystoneSaver {
  readonly #store: Store;

  constructor(store: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(store, serde, options);
    this.#store = store;
  }

  override async getTuple(config: Config) {
    const tuple = await super.getTuple(config);
    for (const { traceId } of await this.#store.traces()) {
      const notes = (await this.#store.loadLatest(traceId, { notes: true }))?.notes ?? new Map<string, unknown>();
      for (const [key, value] of notes) if (!key.startsWith("write:")) tuple?.pendingWrites?.push([key, key, value]);
    }
    return tuple;
  }
}

/** Leaves the traces of subgraphs when it deletes a thread. */
export class LeavesSubgraphs extends WaystoneSaver {
  constructor(store: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(
      altered(store, { deleteTraces: ({ prefix }: { prefix: string }) => store.deleteTrace(`${prefix}""]`) }),
      serde,
      options,
    );
  }
}

/** Deletes all threads whose names begin alike. */
export class DeletesNeighbours extends WaystoneSaver {
  constructor(store: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(
      altered(store, {
        deleteTraces: ({ prefix }: { prefix: string }) => store.deleteTraces({ prefix: prefix.slice(0, -2) }),
      }),
      serde,
      options,
    );
  }
}

/** The latest is what was saved last, whatever its id. */
export class LatestBySaving extends WaystoneSaver {
  readonly #last = new Map<unknown, string>();

  override async put(config: Config, checkpoint: Put[1], metadata: Put[2], newVersions: Put[3]) {
    this.#last.set(config.configurable?.["thread_id"], checkpoint.id);
    return super.put(config, checkpoint, metadata, newVersions);
  }

  override getTuple(config: Config) {
    const id: unknown = config.configurable?.["checkpoint_id"] ?? this.#last.get(config.configurable?.["thread_id"]);
    return super.getTuple(id === undefined ? config : keyed(config, { checkpoint_id: id }));
  }
}

/** All namespaces of a thread are one. */
export class MixesNamespaces extends WaystoneSaver {
  override put(config: Config, ...rest: [Put[1], Put[2], Put[3]]) {
    return super.put(keyed(config, { checkpoint_ns: "" }), ...rest);
  }

  override getTuple(config: Config) {
    return super.getTuple(keyed(config, { checkpoint_ns: "" }));
  }
}

/** Nothing of it outlives the store. */
export class KeepsInMemory extends WaystoneSaver {
  constructor(_: Store, serde?: undefined, options?: WaystoneSaverOptions) {
    super(createMemoryStore(), serde, options);
  }
}

/** What it has not saved itself, it does not list. */
export class ListsItsOwn extends WaystoneSaver {
  readonly #own = new Set<string>();

  override put(config: Config, checkpoint: Put[1], metadata: Put[2], newVersions: Put[3]) {
    this.#own.add(checkpoint.id);
    return super.put(config, checkpoint, metadata, newVersions);
  }

  override async *list(...all: Parameters<WaystoneSaver["list"]>) {
    for await (const tuple of super.list(...all)) if (this.#own.has(tuple.checkpoint.id)) yield tuple;
  }
}

/** Takes the copy of a thread's first checkpoint for a first one. */
export class LosesCopies extends WaystoneSaver {
  override put(config: Config, checkpoint: Put[1], metadata: Put[2], newVersions: Put[3]) {
    return super.put(config, checkpoint, { ...metadata, source: "loop" }, newVersions);
  }
}

/** Says that all is saved. */
export class HidesFailures extends WaystoneSaver {
  override async put(config: Config, checkpoint: Put[1], metadata: Put[2], newVersions: Put[3]) {
    return super
      .put(config, checkpoint, metadata, newVersions)
      .catch(() => keyed(config, { checkpoint_id: checkpoint.id }));
  }
}

/** Copies what it is given when its turn has come. */
export class CopiesLate extends WaystoneSaver {
  override async put(config: Config, checkpoint: Put[1], metadata: Put[2], newVersions: Put[3]) {
    await Promise.resolve();
    return super.put(config, checkpoint, metadata, newVersions);
  }
}

/** Any graph's checkpoint will do. */
export class TrustsGraphs extends WaystoneSaver {
  constructor(store: Store) {
    super(store, undefined, {});
  }
}
