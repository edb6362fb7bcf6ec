import type { StoredHead } from "waystone";
import { isThread } from "../agents/digest/thread.ts";

/** What a run is called: what its agent has written into its heads, where it can. */
export function runTitle({ metadata, traceId }: StoredHead): string {
  if (typeof metadata?.title === "string") return metadata.title;
  return isThread(traceId) ? "Digest of a text" : traceId;
}
