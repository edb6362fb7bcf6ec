import type { Remote, RemoteEntry } from "../../../src/core/remote.ts";

type Broken = (good: Remote) => Partial<Remote>;

/** What does not look at versions. */
export const appendsAnyway: Broken = (good) => ({
  async append(traceId, entry, options) {
    const { version } = await good.read(traceId, { after: 0 });
    return good.append(traceId, entry, { ...options, version });
  },
});

/** What looks, and then writes: two calls may look at once. */
export const looksBeforeItWrites: Broken = (good) => ({
  async append(traceId, entry, options) {
    const { version } = await good.read(traceId, { after: 0 });
    if (version !== options.version) return good.append(traceId, entry, options);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return good.append(traceId, entry, { version: (await good.read(traceId, { after: 0 })).version });
  },
});

/** What returns all there is, whatever was read before. */
export const readsFromTheStart: Broken = (good) => ({
  read: (traceId, options) => good.read(traceId, { ...options, after: 0 }),
});

/** What puts names into one another's logs. */
export const foldsNames: Broken = (good) => {
  const plain = (traceId: string) => traceId.toLowerCase().replace(/[^a-z0-9]/g, "_");
  return {
    read: (traceId, options) => good.read(plain(traceId), options),
    append: (traceId, entry, options) => good.append(plain(traceId), entry, options),
  };
};

/** What keeps the beginning of large entries. */
export const cutsLargeEntries: Broken = (good) => ({
  append: (traceId, { id, bytes }: RemoteEntry, options) =>
    good.append(traceId, { id, bytes: bytes.subarray(0, 1_000_000) }, options),
});

/** What adds a replacement to what it should replace. */
export const keepsWhatWasReplaced: Broken = (good) => ({ replace: (...args) => good.append(...args) });

/** What tells of changes alone. */
export const tellsOfNews: Broken = (good) => ({
  watch(listener, options) {
    let isNew = false;
    setTimeout(() => (isNew = true), 0);
    return good.watch((traceId) => isNew && listener(traceId), options);
  },
});

/** What never stops telling. */
export const tellsForEver: Broken = (good) => ({
  watch: (listener, { signal }) =>
    signal.aborted
      ? Promise.reject(signal.reason as Error)
      : good.watch(listener, { signal: new AbortController().signal }),
});

/** What takes no notice of signals. */
export const takesNoSignal: Broken = (good) => ({
  append: (traceId, entry, { version }) => good.append(traceId, entry, { version }),
});
