import type { ConformanceSubject } from "../../../src/testing/index.ts";
import { subjects } from "../subjects.ts";

const NAME = "IndexedDB, superjson, strict";

const good = subjects.find(({ name }) => name === NAME);
if (good === undefined) throw new Error(`there is no subject ${NAME}`);

/** The same store, but for one broken promise: it lists the oldest first. */
const listsOldestFirst: ConformanceSubject = {
  ...good,
  name: `${NAME}, listing the oldest first`,
  async open(name, options) {
    const store = await good.open(name, options);
    const list = store.list.bind(store);
    return Object.assign(store, { list: async (traceId: string) => (await list(traceId)).reverse() });
  },
};

/** What is put to the kit in every place, by the name that a page asks for it. */
export const placeSubjects = { good, listsOldestFirst } satisfies Record<string, ConformanceSubject>;

export type PlaceSubject = keyof typeof placeSubjects;
