import { SuperJSON, type SuperJSONResult } from "superjson";
import type { Codec, CustomValues } from "../core/codec.ts";

/** A class whose instances superjson stores by their properties, and makes anew without calling the constructor. */
type Class = new (...args: never[]) => object;

/** Turns one kind of class instance into JSON, and back. */
export interface CustomTransform<T = never, J = unknown> {
  /**
   * Tells whether this transform is for a value.
   *
   * @param value - Any value of a state.
   * @returns `true` if `serialize` takes it.
   */
  isApplicable(value: unknown): boolean;
  /**
   * Turns a value into JSON.
   *
   * @param value - A value that `isApplicable` accepted.
   * @returns What `JSON.stringify` can write without loss.
   */
  serialize(value: T): J;
  /**
   * Makes the value anew.
   *
   * @param json - What `serialize` returned.
   * @returns A value equal to the serialized one.
   */
  deserialize(json: J): T;
}

/** Options of {@link createSuperjsonCodec}. */
export interface SuperjsonCodecOptions {
  /**
   * Classes whose instances are stored by their properties, each under the name that stands for it in the records.
   * Default is none.
   */
  readonly classes?: Readonly<Record<string, Class>>;
  /** Transforms for other class instances, each under the name that stands for it in the records. Default is none. */
  readonly custom?: Readonly<Record<string, CustomTransform>>;
}

/**
 * Creates the default codec: JSON text that a person can read, by `superjson`. Binary content stays binary.
 *
 * Instances of classes that it was not told of are refused by the store with `serialization`, never flattened to plain
 * objects.
 *
 * @returns A codec with the name `superjson`.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createSuperjsonCodec } from "waystone/codecs/superjson";
 *
 * class Money {
 *   cents = 0;
 *   add(cents: number): this {
 *     this.cents += cents;
 *     return this;
 *   }
 * }
 *
 * const codec = createSuperjsonCodec({ classes: { Money } });
 * const store = await openStore<{ budget: Money }>("my-agent", { codec });
 * await store.trace("run-1").save({ budget: new Money().add(500) });
 *
 * const last = await store.loadLatest("run-1");
 * console.log(last?.state.budget.add(1)); // Money { cents: 501 }
 * ```
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
      // In place: the text was parsed for this call alone.
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

/** The kinds of values that the store leaves to superjson. It notes all others itself. */
const KNOWN_ANNOTATIONS = new Set<unknown>(["undefined", "bigint", "Date", "regexp", "number"]);

/**
 * Refuses annotations that this codec never writes: a forged one could make superjson allocate a gigabyte from a
 * number.
 */
function refuseForeign(annotations: unknown): void {
  const open: unknown[] = [annotations];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "object" && one !== null) open.push(...(Array.isArray(one) ? one : Object.values(one)));
    else if (one !== undefined && !KNOWN_ANNOTATIONS.has(one))
      throw new TypeError(`a stored ${String(one)} is not of this library's making`);
  }
}

/** Refuses what superjson would leave out silently. */
function refuseLoss(value: object): void {
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "function" || typeof part === "symbol") throw new TypeError(`its ${key} is a ${typeof part}`);
    if (typeof part === "object" && part !== null) refuseLoss(part as object);
  }
}
