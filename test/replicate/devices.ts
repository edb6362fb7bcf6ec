import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec, Store } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { syncTrace, type Synced } from "../../src/replicate/sync-trace.ts";
import type { Diverged } from "../../src/replicate/sync-parts.ts";
import { coreOf } from "../../src/store/store-core.ts";
import type { Remote } from "../../src/core/remote.ts";

/** A device: a store, and what brings it together with the others. */
export interface Device {
  readonly name: string;
  readonly store: Store;
  readonly diverged: Diverged[];
  sync(traceId?: string, remote?: Remote): Promise<Synced>;
}

export function createDevice(
  name: string,
  remote: Remote,
  { codec = createSuperjsonCodec(), store = createMemoryStore(), ...options }: DeviceOptions = {},
): Device {
  const diverged: Diverged[] = [];
  const parts = { core: coreOf(store), codec, device: name, direction: "both", removals: true, ...options } as const;
  return {
    name,
    store,
    diverged,
    sync: (traceId = "run", through = remote) =>
      syncTrace({ ...parts, remote: through, onDiverged: (one) => diverged.push(one) }, traceId),
  };
}

interface DeviceOptions {
  readonly codec?: Codec;
  readonly store?: Store;
  readonly removals?: boolean;
  readonly direction?: "both" | "pull";
}
