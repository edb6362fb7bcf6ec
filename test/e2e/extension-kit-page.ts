// A page of an extension whose background worker runs cases of the kit.
import { asker } from "../conformance/places/ask-place.ts";
import { casesForWorkers, putToTheKit, TOPICS_OF_LIFE } from "../conformance/places/put-to-the-kit.ts";

/** Puts the worker to the kit, or to some of its topics; `expected` are the cases that it has to pass. */
async function runKit({ isWhole }: { isWhole: boolean }) {
  const topics = isWhole ? /^/ : TOPICS_OF_LIFE;
  const worker = (await navigator.serviceWorker.ready).active!;
  const { scope, passed, failed } = await putToTheKit({ ask: asker(worker, worker) }, "good", topics);
  return { scope, passed, failed: Object.fromEntries(failed), expected: casesForWorkers("good", topics) };
}

declare global {
  var kitPage: KitPage;
}

export interface KitPage {
  readonly runKit: typeof runKit;
}

globalThis.kitPage = { runKit };
