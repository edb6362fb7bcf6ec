import { expect, onTestFinished, test } from "vitest";
import { conformanceCases, fitsSubject } from "../../src/testing/index.ts";
import { times } from "../length.ts";
import { placeSubjects } from "./places/place-subjects.ts";
import { putToTheKit } from "./places/put-to-the-kit.ts";
import { places, placesHere, type Place, type PlaceName } from "./places/start-place.ts";

const SCOPES: Record<PlaceName, string> = {
  "dedicated worker": "DedicatedWorkerGlobalScope",
  "shared worker": "SharedWorkerGlobalScope",
  "service worker": "ServiceWorkerGlobalScope",
};
const PLACES = Object.keys(SCOPES) as PlaceName[];

/** Cases about what no worker has. */
const NEEDS_DOCUMENT = /^refused: (an element|the document),/;

async function start(name: PlaceName): Promise<Place> {
  const place = await places[name]();
  onTestFinished(place.stop);
  return place;
}

test("this engine has every place", () => {
  expect(placesHere()).toEqual(PLACES);
});

/** Values go through one kind of worker; the others differ in how long they live. The long form runs all in each. */
const SHORT: Record<PlaceName, RegExp> = {
  "dedicated worker": /^(order|handle|watch|prune|fork|closing|values|rare values|references|binary): /,
  "shared worker": /^(order|handle|prune|fork|closing): /,
  "service worker": /^(order|handle|prune|fork|closing): /,
};
const topicsIn = (name: PlaceName): RegExp => times({ short: SHORT[name], long: /^/ });

test.for(PLACES)("the kit passes in a %s", { timeout: times({ short: 300_000, long: 900_000 }) }, async (name) => {
  const { scope, passed, failed } = await putToTheKit(await start(name), "good", topicsIn(name));
  expect(Object.fromEntries(failed)).toEqual({});
  expect(scope).toBe(SCOPES[name]);
  const fitting = conformanceCases.filter((one) => fitsSubject(placeSubjects.good, one)).map((one) => one.name);
  const inPage = fitting.filter((one) => topicsIn(name).test(one));
  expect(passed).toEqual(inPage.filter((one) => !NEEDS_DOCUMENT.test(one)));
});

test.for(PLACES)("a store that lists the oldest first is seen through in a %s", async (name) => {
  const { passed, failed } = await putToTheKit(await start(name), "listsOldestFirst", /^order: /);
  expect(failed.get("order: list is newest first, and loadLatest answers the one saved last")).toMatch(
    /^ConformanceFailure: /,
  );
  expect(passed).not.toEqual([]);
});
