// Runs in a dedicated, a shared or a service worker, and runs a case of the kit for each message that names one.
import { conformanceCases, fitsSubject, runConformanceCase } from "../../../src/testing/index.ts";
import { placeSubjects, type PlaceSubject } from "./place-subjects.ts";

/** What a page asks: which cases there are for a subject, or, if `run` names one, to run it. */
export interface PlaceQuestion {
  readonly subject: PlaceSubject;
  readonly run?: string;
}

export interface PlaceAnswer {
  /** The class of the global object, which tells where this ran. */
  readonly scope: string;
  readonly cases: readonly string[];
  /** What the case found, and what nobody caught since the last answer. */
  readonly failures: readonly string[];
}

const scope = Object.prototype.toString.call(globalThis).slice("[object ".length, -1);

const uncaught: string[] = [];
/** Notes it once every listener has seen it: a case that has it on purpose keeps it from being reported. */
function note(event: Event, what: () => unknown): void {
  setTimeout(() => event.defaultPrevented || uncaught.push(`not caught: ${String(what())}`), 0);
}
addEventListener("error", (event) => note(event, () => (event as ErrorEvent).message));
addEventListener("unhandledrejection", (event) => note(event, () => (event as PromiseRejectionEvent).reason));

async function answer({ subject, run }: PlaceQuestion, port: MessagePort): Promise<void> {
  const cases = conformanceCases.filter((one) => fitsSubject(placeSubjects[subject], one));
  const failures: string[] = [];
  if (run !== undefined) {
    const one = cases.find(({ name }) => name === run);
    if (one === undefined) failures.push("there is no such case here");
    else await runConformanceCase(placeSubjects[subject], one).catch((error: unknown) => failures.push(String(error)));
  }
  failures.push(...uncaught.splice(0));
  port.postMessage({ scope, cases: cases.map(({ name }) => name), failures } satisfies PlaceAnswer);
}

function listen(event: MessageEvent<PlaceQuestion>): void {
  const answered = answer(event.data, event.ports[0]!);
  // A service worker is stopped as soon as it has nothing under way that it said it waits for.
  if ("waitUntil" in event) (event as unknown as { waitUntil(until: Promise<void>): void }).waitUntil(answered);
}

addEventListener("message", (event) => listen(event as MessageEvent<PlaceQuestion>));
// A shared worker hears its pages through a port for each.
addEventListener("connect", (event) => ((event as MessageEvent).ports[0]!.onmessage = listen));
