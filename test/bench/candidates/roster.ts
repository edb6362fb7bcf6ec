import { dexie } from "./dexie.ts";
import { emptyCommit, putOfChanges } from "./floors.ts";
import { idbKeyval } from "./idb-keyval.ts";
import { idbSuperjson } from "./idb-superjson.ts";
import { raw } from "./raw.ts";
import { waystone } from "./waystone.ts";

/** Who takes part, by the name that the command line uses. */
export const CANDIDATES = {
  "waystone-strict": waystone("strict"),
  "waystone-relaxed": waystone("relaxed"),
  "raw-relaxed": raw("relaxed"),
  "raw-strict": raw("strict"),
  "idb-superjson": idbSuperjson,
  dexie,
  "idb-keyval": idbKeyval,
  "empty-commit": emptyCommit,
  "put-of-changes": putOfChanges,
};

export type CandidateName = keyof typeof CANDIDATES;
