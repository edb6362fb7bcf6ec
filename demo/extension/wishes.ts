import type { CheckpointId, TraceId } from "waystone";
import type { Choice, Target } from "../agent/state.ts";

/** What a page asks of the worker. Each may be asked twice: what was done already is not done again. */
export type Wish =
  | { readonly kind: "wake" }
  | { readonly kind: "start"; readonly traceId: TraceId; readonly goal: string; readonly targets: readonly Target[] }
  | { readonly kind: "answer"; readonly traceId: TraceId; readonly id: CheckpointId; readonly choice: Choice }
  | { readonly kind: "remove"; readonly traceId: TraceId };

/** What the worker answers. */
export interface WishAnswer {
  /** Why it could not be done, where it could not. */
  readonly failure?: string;
}

const ATTEMPTS = 5;

/** Has the worker fulfil a wish: wakes it if it sleeps, and asks the next one if it is stopped before it has answered. */
export async function wish(asked: Wish): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let answer: WishAnswer;
    try {
      answer = (await chrome.runtime.sendMessage(asked)) as WishAnswer;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      continue;
    }
    if (answer.failure !== undefined) throw new Error(answer.failure);
    return;
  }
}
