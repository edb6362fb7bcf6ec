import { expect, onTestFinished, test } from "vitest";
import { times } from "../length.ts";
import { casesForWorkers, putToTheKit, TOPICS_OF_LIFE } from "./places/put-to-the-kit.ts";
import { places, placesHere, type PlaceName } from "./places/start-place.ts";

const SCOPES: Record<PlaceName, string> = {
  "dedicated worker": "DedicatedWorkerGlobalScope",
  "shared worker": "SharedWorkerGlobalScope",
  "service worker": "ServiceWorkerGlobalScope",
};
const PLACES = Object.keys(SCOPES) as PlaceName[];

test("this browser has every place", () => {
  expect(placesHere()).toEqual(PLACES);
});

/** The whole kit goes through one kind of worker, in the long form through each. */
const topicsIn = (name: PlaceName): RegExp =>
  name === "dedicated worker" ? /^/ : times({ short: TOPICS_OF_LIFE, long: /^/ });

test.for(PLACES)("the kit passes in a %s", { timeout: 600_000 }, async (name) => {
  const place = await places[name]();
  onTestFinished(place.stop);
  const { scope, passed, failed } = await putToTheKit(place, "good", topicsIn(name));
  expect(Object.fromEntries(failed)).toEqual({});
  expect(scope).toBe(SCOPES[name]);
  expect(passed).toEqual(casesForWorkers("good", topicsIn(name)));
});

test.for(PLACES)("a store that lists the oldest first is seen through in a %s", async (name) => {
  const place = await places[name]();
  onTestFinished(place.stop);
  const { passed, failed } = await putToTheKit(place, "listsOldestFirst", /^order: /);
  expect(failed.get("order: list is newest first, and loadLatest answers the one saved last")).toMatch(
    /^ConformanceFailure: /,
  );
  expect(passed).not.toEqual([]);
});
