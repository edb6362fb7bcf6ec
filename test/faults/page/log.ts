/** What a page tells before it goes on. An acknowledged save is one that was logged here as `saved`. */
export type LogEntry = { readonly client: string; readonly trace: string } & (
  | { readonly kind: "saved"; readonly step: number; readonly id: string; readonly digest: string }
  /** From here on, checkpoints up to step `upTo` may be gone. */
  | { readonly kind: "pruning"; readonly upTo: number }
  | { readonly kind: "pruned"; readonly upTo: number }
);

type Unsigned<E> = E extends unknown ? Omit<E, "client"> : never;

/** The name under which this page or worker takes its work. */
export const client = new URLSearchParams(location.search).get("client")!;

const RETRY_MS = 50;
const ANSWER_TIMEOUT_MS = 1000;

/** Tells the server, and waits until it knows. */
export async function log(entry: Unsigned<LogEntry>): Promise<void> {
  const body = JSON.stringify({ client, ...entry });
  for (;;) {
    try {
      await fetch("/log", { method: "POST", body, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      return;
    } catch {
      // The engine's network process may be gone for a moment.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
