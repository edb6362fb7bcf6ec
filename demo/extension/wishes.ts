import type { CheckpointId, TraceId } from "waystone";
import type { Choice, Target } from "../agents/scout/state.ts";

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

const ATTEMPTS = 6;
/** Longer than a worker takes to start and to fulfil a wish. */
const PATIENCE_MS = 4000;
const PAUSE_MS = 50;

/**
 * Has the worker fulfil a wish: wakes it if it sleeps, and asks the next one if it is stopped before it has answered.
 *
 * @throws Error with the worker's reason, or if none of several workers has answered.
 */
export async function wish(asked: Wish): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(asked);
    if (answer instanceof Error) {
      if (attempt === ATTEMPTS) throw answer;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    } else if (answer.failure === undefined) return;
    else throw new Error(answer.failure);
  }
}

/** The worker's answer, or why there is none. */
async function askOnce(asked: Wish): Promise<WishAnswer | Error> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error("The background worker does not answer.")), PATIENCE_MS);
  });
  try {
    // Chrome may lose a message to a worker that is being stopped, and then neither answers nor fails.
    const answer = (await Promise.race([chrome.runtime.sendMessage(asked), late])) as WishAnswer | Error | undefined;
    return answer ?? new Error("The background worker was stopped before it could answer.");
  } catch (error) {
    return error as Error;
  } finally {
    clearTimeout(timer);
  }
}
