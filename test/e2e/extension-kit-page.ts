// A page of an extension whose background worker runs cases of the kit.
import { asker } from "../conformance/places/ask-place.ts";
import { casesForWorkers, putToTheKit } from "../conformance/places/put-to-the-kit.ts";

/** Puts the worker to the kit; `expected` are the cases that it has to pass. */
async function runKit() {
  const worker = (await navigator.serviceWorker.ready).active!;
  const { scope, passed, failed } = await putToTheKit({ ask: asker(worker, worker) }, "good");
  return { scope, passed, failed: Object.fromEntries(failed), expected: casesForWorkers("good") };
}

declare global {
  var kitPage: KitPage;
}

export interface KitPage {
  readonly runKit: typeof runKit;
}

globalThis.kitPage = { runKit };
