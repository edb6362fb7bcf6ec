import type { ConformanceSubject } from "../../../src/testing/index.ts";
import { clonedIndexedDb as good } from "../subjects.ts";

/** The same store, but for one broken promise: it lists the oldest first. */
const listsOldestFirst: ConformanceSubject = {
  ...good,
  name: `${good.name}, listing the oldest first`,
  async open(name, options) {
    const store = await good.open(name, options);
    const list = store.list.bind(store);
    return Object.assign(store, { list: async (traceId: string) => (await list(traceId)).reverse() });
  },
};

/** What is put to the kit in every place, by the name that a page asks for it. */
export const placeSubjects = { good, listsOldestFirst } satisfies Record<string, ConformanceSubject>;

export type PlaceSubject = keyof typeof placeSubjects;
