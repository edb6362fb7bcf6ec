import { dexie } from "./candidates/dexie.ts";
import { emptyCommit, putOfChanges } from "./candidates/floors.ts";
import { idbKeyval } from "./candidates/idb-keyval.ts";
import { idbSuperjson } from "./candidates/idb-superjson.ts";
import { raw } from "./candidates/raw.ts";
import { waystone } from "./candidates/waystone.ts";

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
