import { SuperJSON, type SuperJSONResult } from "superjson";
import type { Codec, CustomValues } from "../core/codec.ts";

/** A class whose instances superjson takes apart by their properties and puts together again. */
type Class = new (...args: never[]) => object;

/** How one kind of class instance becomes JSON and an instance again. */
export interface CustomTransform<T = never, J = unknown> {
  isApplicable(value: unknown): boolean;
  serialize(value: T): J;
  deserialize(json: J): T;
}

/** What the codec can hold beyond what superjson knows. */
export interface SuperjsonCodecOptions {
  /** Classes by the name that stands for them in what is stored. */
  readonly classes?: Readonly<Record<string, Class>>;
  /** Transforms by the name that stands for them in what is stored. */
  readonly custom?: Readonly<Record<string, CustomTransform>>;
}

/**
 * The default codec: text that a person can read, by `superjson`.
 *
 * Binary content stays binary. Instances of classes that were not registered are refused by the store, not flattened.
 */
export function createSuperjsonCodec({ classes = {}, custom = {} }: SuperjsonCodecOptions = {}): Codec {
  const superjson = new SuperJSON();
  for (const [name, registered] of Object.entries(classes)) {
    superjson.registerClass(registered as never, { identifier: name });
  }
  for (const [name, transform] of Object.entries(custom)) superjson.registerCustom(transform as never, name);
  const hasCustom = Object.keys(classes).length > 0 || Object.keys(custom).length > 0;
  return {
    name: "superjson",
    encode: (value) => (value instanceof Uint8Array ? value : superjson.stringify(value)),
    decode(encoded) {
      if (encoded instanceof Uint8Array) return encoded;
      const parsed = JSON.parse(encoded as string) as SuperJSONResult;
      if (!hasCustom) refuseForeign(parsed.meta?.values);
      // In place: the text was parsed for this one call.
      return superjson.deserialize(parsed, { inPlace: true });
    },
    ...(hasCustom && { custom: customValues(superjson, { classes, custom }) }),
  };
}

function customValues(superjson: SuperJSON, { classes, custom }: Required<SuperjsonCodecOptions>): CustomValues {
  const prototypes = new Set(Object.values(classes).map((registered): object => registered.prototype as object));
  const transforms = Object.values(custom);
  return {
    holds: (value) =>
      prototypes.has(Object.getPrototypeOf(value) as object) ||
      transforms.some((transform) => transform.isApplicable(value)),
    copy(value) {
      if (!transforms.some((transform) => transform.isApplicable(value))) refuseLoss(value);
      const key = superjson.stringify(value);
      return { key, value: superjson.parse<object>(key) };
    },
  };
}

/** All that the engine leaves to superjson. The rest stands in notes of its own. */
const KNOWN_ANNOTATIONS = new Set<unknown>(["undefined", "bigint", "Date", "regexp", "number"]);

/** A made-up annotation could have superjson make a typed array of a gigabyte from a number. */
function refuseForeign(annotations: unknown): void {
  const open: unknown[] = [annotations];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "object" && one !== null) open.push(...(Array.isArray(one) ? one : Object.values(one)));
    else if (one !== undefined && !KNOWN_ANNOTATIONS.has(one))
      throw new TypeError(`a stored ${String(one)} is not of this library's making`);
  }
}

/** superjson leaves functions and symbols out without a word. */
function refuseLoss(value: object): void {
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "function" || typeof part === "symbol") throw new TypeError(`its ${key} is a ${typeof part}`);
    if (typeof part === "object" && part !== null) refuseLoss(part as object);
  }
}
