import type { Session } from "../session.ts";
import { calmly, troubleOf, type Trouble } from "./trouble.ts";

/** Returns what is to be shown instead of a session's runs; `undefined` if there are some. */
export function troubleWith(session: Session | undefined, failure: unknown): Trouble | undefined {
  if (failure !== undefined) return troubleOf(failure);
  if (session === undefined) return calmly("no-store");
  if (session.runs.error !== undefined) return troubleOf(session.runs.error);
  if (!session.runs.isLoaded) return calmly("loading");
  return session.runs.runs.length === 0 ? calmly("no-runs") : undefined;
}
