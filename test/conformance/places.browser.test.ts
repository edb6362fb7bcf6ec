import { expect, inject, onTestFinished, test } from "vitest";
import { times } from "../length.ts";
import { casesForWorkers, putToTheKit, TOPICS_OF_LIFE } from "./places/put-to-the-kit.ts";
import { places, placesHere, type PlaceName } from "./places/start-place.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Whether all kinds of workers have to be there, or only what is there is tested. */
    everyPlaceIsRequired: boolean;
  }
}

const SCOPES: Record<PlaceName, string> = {
  "dedicated worker": "DedicatedWorkerGlobalScope",
  "shared worker": "SharedWorkerGlobalScope",
  "service worker": "ServiceWorkerGlobalScope",
};
const here = placesHere();
const missing = (Object.keys(SCOPES) as PlaceName[]).filter((name) => !here.includes(name));
if (missing.length > 0) console.warn(`Left out, since this browser runs no modules there: ${missing.join(", ")}.`);

test("this browser has every place that it has to have", () => {
  const isRequired = (name: PlaceName): boolean => name === "dedicated worker" || inject("everyPlaceIsRequired");
  expect(missing.filter(isRequired)).toEqual([]);
});

/** The whole kit goes through one kind of worker, in the long form through each. */
const topicsIn = (name: PlaceName): RegExp =>
  name === "dedicated worker" ? /^/ : times({ short: TOPICS_OF_LIFE, long: /^/ });

test.for(here)("the kit passes in a %s", { timeout: 600_000 }, async (name) => {
  const place = await places[name]();
  onTestFinished(place.stop);
  const { scope, passed, failed } = await putToTheKit(place, "good", topicsIn(name));
  expect(Object.fromEntries(failed)).toEqual({});
  expect(scope).toBe(SCOPES[name]);
  expect(passed).toEqual(casesForWorkers("good", topicsIn(name)));
});

test.for(here)("a store that lists the oldest first is seen through in a %s", async (name) => {
  const place = await places[name]();
  onTestFinished(place.stop);
  const { passed, failed } = await putToTheKit(place, "listsOldestFirst", /^order: /);
  expect(failed.get("order: list is newest first, and loadLatest answers the one saved last")).toMatch(
    /^ConformanceFailure: /,
  );
  expect(passed).not.toEqual([]);
});
