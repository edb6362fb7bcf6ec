import { createStore } from "../../src/backend.ts";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Backend, ReadTransaction, WriteTransaction } from "../../src/core/backend.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { QuotaHandler } from "../../src/core/retention.ts";
import type { Store } from "../../src/core/store.ts";

/** A backend in memory whose transactions can be counted, kept waiting and made to fail. */
export class WatchedBackend implements Backend {
  readonly inner = createMemoryBackend();
  /** The ids of the checkpoints that each write has stored. */
  readonly writes: string[][] = [];
  /** What each read has asked for. */
  readonly reads: string[] = [];
  /** Awaited before each write. */
  gate: Promise<void> | undefined;
  /** Called at the end of a write, with the ids that it would store: may throw. */
  onWrite: ((ids: readonly string[]) => void) | undefined;

  read<T>(work: (transaction: ReadTransaction) => Promise<T>): Promise<T> {
    return this.inner.read((transaction) =>
      work({
        get: (collection, ...rest) => (this.reads.push(`get ${collection}`), transaction.get(collection, ...rest)),
        getAll: (collection, ...rest) => (
          this.reads.push(`getAll ${collection}`),
          transaction.getAll(collection, ...rest)
        ),
        keys: (collection, ...rest) => (this.reads.push(`keys ${collection}`), transaction.keys(collection, ...rest)),
      }),
    );
  }

  async write<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    await this.gate;
    const ids: string[] = [];
    const result = await this.inner.write(async (transaction) => {
      ids.length = 0;
      const done = await work({
        get: (...args) => transaction.get(...args),
        getAll: (...args) => transaction.getAll(...args),
        keys: (...args) => transaction.keys(...args),
        delete: (...args) => transaction.delete(...args),
        put(collection, record) {
          if (collection === "checkpoints") ids.push((record as { id: string }).id);
          transaction.put(collection, record);
        },
      });
      this.onWrite?.(ids);
      return done;
    });
    if (ids.length > 0) this.writes.push([...ids]);
    return result;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

export function storeOn(
  backend: Backend,
  { codec = createSuperjsonCodec(), onQuotaExceeded }: { codec?: Codec; onQuotaExceeded?: QuotaHandler } = {},
): Store<unknown> {
  return createStore<unknown>(backend, { codec, ...(onQuotaExceeded && { onQuotaExceeded }) });
}

/** The default codec, whose answers have to be waited for. */
export function asyncCodec(): Codec {
  const codec = createSuperjsonCodec();
  return {
    ...codec,
    isAsync: true,
    encode: async (...args) => codec.encode(...args),
    decode: async (...args) => codec.decode(...args),
  };
}

/** A wait, and what ends it. */
export function gate(): { readonly closed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}
