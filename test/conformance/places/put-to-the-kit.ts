import { conformanceCases, fitsSubject } from "../../../src/testing/index.ts";
import type { Place } from "./ask-place.ts";
import { placeSubjects, type PlaceSubject } from "./place-subjects.ts";

/** Cases about what no worker has. */
const NEEDS_DOCUMENT = /^refused: (an element|the document),/;

/** What may differ between one kind of worker and another: how long it lives, and what it hears of others. */
export const TOPICS_OF_LIFE = /^(order|handle|watch|prune|fork|closing): /;

/** The cases that a worker of this browser has to pass: those of some topics, or all, as a page knows them. */
export function casesForWorkers(subject: PlaceSubject, topics = /^/): string[] {
  const fitting = conformanceCases.filter((one) => fitsSubject(placeSubjects[subject], one));
  return fitting.map(({ name }) => name).filter((name) => topics.test(name) && !NEEDS_DOCUMENT.test(name));
}

/** So many cases go on at once, since each of them waits for the database most of the time. */
const AT_ONCE = 4;

/** What came of a subject's cases in a place. */
export interface PlaceOutcome {
  /** The class of the global object of the place. */
  readonly scope: string;
  readonly passed: readonly string[];
  /** Those that did not pass, with what they found. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Has a place run the cases for a subject, those of some topics or all of them. */
export async function putToTheKit(
  place: Pick<Place, "ask">,
  subject: PlaceSubject,
  topics = /^/,
): Promise<PlaceOutcome> {
  const { scope, cases } = await place.ask({ subject });
  const names = cases.filter((name) => topics.test(name));
  const failed = new Map<string, string>();
  const untouched = names.values();
  // A message for each case, since a browser stops a service worker that takes minutes over one.
  const askOn = async (): Promise<void> => {
    for (const name of untouched) {
      const failures = await place.ask({ subject, run: name }).then(
        (answer) => answer.failures,
        (error: unknown) => [String(error)],
      );
      if (failures.length > 0) failed.set(name, failures.join("; "));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOn));
  const passed = names.filter((name) => !failed.has(name));
  return { scope, passed, failed };
}
