import { compareKeys, type CollectionName, type Key, type KeyRange, type Query } from "../../core/backend.ts";
import { numbers } from "../steps.ts";
import { fieldsOf, keyIn, ordersOf, recordOf, type KitRecord, type Order } from "./collections.ts";

/** What a query should select of the records, in the plainest way there is. */
export function selected(records: readonly KitRecord[], order: Order, query: Query = {}): KitRecord[] {
  const { range = {}, limit = Infinity, offset = 0, reverse = false } = query;
  const inRange = records
    .filter((record) => isInRange(keyIn(order, record), range))
    .sort((a, b) => compareKeys(keyIn(order, a), keyIn(order, b)));
  if (reverse) inRange.reverse();
  return inRange.slice(offset, offset + limit);
}

function isInRange(key: Key, { lower, upper, lowerOpen = false, upperOpen = false }: KeyRange): boolean {
  const fromLower = lower === undefined ? 1 : compareKeys(key, lower);
  const toUpper = upper === undefined ? 1 : compareKeys(upper, key);
  return (fromLower > 0 || (fromLower === 0 && !lowerOpen)) && (toUpper > 0 || (toUpper === 0 && !upperOpen));
}

const VALUES = [-3, -0.5, 0, 1, 7, 10, "", "\u0000", "10", "a", "a b", "b"];
/** So few that records have them in common. */
const REPEATED = [1, 10, "a", "b"];

/**
 * Twelve records of a collection, in no order. Those fields that are no key by themselves have the same values in several
 * records, so that later elements of keys count.
 */
export function sampleOf(collection: CollectionName): readonly KitRecord[] {
  const orders = ordersOf(collection);
  const alone = new Set(orders.filter(({ fields }) => fields.length === 1).flatMap(({ fields }) => fields));
  const draw = numbers(collection.length);
  const sample: KitRecord[] = [];
  for (let attempt = 0; sample.length < VALUES.length && attempt < 10_000; attempt += 1) {
    const entries = fieldsOf(collection).map((field) => {
      const value = alone.has(field) ? VALUES[(sample.length * 5) % VALUES.length] : REPEATED[draw(REPEATED.length)];
      return [field, value!];
    });
    const record = recordOf(collection, sample.length, { fields: Object.fromEntries(entries) });
    const isTaken = (order: Order): boolean =>
      sample.some((other) => compareKeys(keyIn(order, other), keyIn(order, record)) === 0);
    if (!orders.some(isTaken)) sample.push(record);
  }
  return sample;
}
