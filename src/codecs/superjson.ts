import { SuperJSON, type SuperJSONResult } from "superjson";
import type { Codec, CustomValues } from "../core/codec.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";

/** A class whose instances are stored by their properties, and made again without a call of the constructor. */
type Class = new (...args: never[]) => object;

/** Takes instances of a class apart, and makes them anew. */
export interface CustomTransform<T extends object = object, J = unknown> {
  /**
   * Tells whether this transform is for an object.
   *
   * @param value - Any object of a state.
   * @returns `true` if `serialize` takes it.
   */
  isApplicable(value: unknown): boolean;
  /**
   * Takes an instance apart.
   *
   * @param value - An object that `isApplicable` accepted.
   * @returns A new object or a primitive: anything that a state may hold, other instances included.
   */
  serialize(value: T): J;
  /**
   * Makes an instance anew.
   *
   * @param value - A value equal to what `serialize` returned. It belongs to the instance.
   * @returns The instance.
   */
  deserialize(value: J): T;
}

/** Options of {@link createSuperjsonCodec}. */
export interface SuperjsonCodecOptions {
  /**
   * Classes, each under the name that stands for it in the records. Of an instance, its own enumerable properties are
   * stored; private fields, and what a class of the platform holds, are not: use `custom` for these. Default is none.
   */
  readonly classes?: Readonly<Record<string, Class>>;
  /**
   * Transforms for other classes, each under the name that stands for it in the records. The first whose `isApplicable`
   * returns `true` is used. Default is none.
   */
  readonly custom?: Readonly<Record<string, CustomTransform>>;
}

const OPTIONS: OptionNames<SuperjsonCodecOptions> = { classes: true, custom: true };

/**
 * Creates the default codec: JSON text that a person can read, by `superjson`. Binary content stays binary.
 *
 * Instances of classes that it was not told of are refused by the store with `serialization`, never flattened to plain
 * objects.
 *
 * @returns A codec with the name `superjson`.
 * @throws TypeError if a class is, or extends, one of the platform's, such as `Map` or `Error`; or if a name stands for
 *   both a class and a transform.
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
export function createSuperjsonCodec(options: SuperjsonCodecOptions = {}): Codec {
  requireOptions(options, OPTIONS, "createSuperjsonCodec");
  const { classes = {}, custom = {} } = options;
  const superjson = new SuperJSON();
  for (const [name, registered] of Object.entries(classes)) {
    if (Object.hasOwn(custom, name)) throw new TypeError(`${name} names both a class and a transform`);
    refusePlatformClass(name, registered);
  }
  const hasCustom = Object.keys(classes).length > 0 || Object.keys(custom).length > 0;
  return {
    name: "superjson",
    encode(value) {
      if (value instanceof Uint8Array) return value;
      // What superjson would write of it, without its walk: that takes ten times as long, on the way of every save.
      if (isJson(value)) return JSON.stringify({ json: value });
      const result = superjson.serialize(value);
      refuseAnnotations(result, "was handed a value that is not JSON");
      return JSON.stringify(result);
    },
    decode(encoded) {
      if (encoded instanceof Uint8Array) return encoded;
      const result = JSON.parse(encoded as string) as SuperJSONResult;
      refuseAnnotations(result, "was handed a text that is not of this library's making");
      return result.json;
    },
    ...(hasCustom && { custom: customValues({ classes, custom }) }),
  };
}

/** Whether a value is made of what JSON has, each object in one place. */
function isJson(value: unknown): boolean {
  const met = new Set<object>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "object" && next !== null) {
      if (met.has(next)) return false;
      met.add(next);
      if (Array.isArray(next)) for (let i = 0; i < next.length; i += 1) open.push(next[i]);
      else if (Object.getPrototypeOf(next) === Object.prototype)
        for (const key in next) open.push((next as Record<string, unknown>)[key]);
      else return false;
    } else if (typeof next === "number") {
      if (!Number.isFinite(next) || Object.is(next, -0)) return false;
    } else if (typeof next !== "string" && typeof next !== "boolean" && next !== null) return false;
  }
  return true;
}

/**
 * superjson's own annotations say what JSON can't. The store has its own way for that, and a forged annotation could have
 * superjson make a typed array of a gigabyte from a number.
 */
function refuseAnnotations(result: unknown, what: string): void {
  const isPlain = typeof result === "object" && result !== null && "json" in result && !("meta" in result);
  if (!isPlain) throw new TypeError(`the superjson codec ${what}`);
}

function customValues({ classes, custom }: Required<SuperjsonCodecOptions>): CustomValues {
  const transforms = Object.entries(custom);
  const names = new Map(Object.entries(classes).map(([name, registered]) => [registered.prototype as object, name]));
  return {
    nameOf(value) {
      const name = names.get(Object.getPrototypeOf(value) as object);
      return name ?? transforms.find(([, transform]) => transform.isApplicable(value))?.[0];
    },
    takeApart: (name, instance) =>
      Object.hasOwn(custom, name) ? custom[name]!.serialize(instance) : propertiesOf(instance),
    make(name, value) {
      if (Object.hasOwn(custom, name)) return custom[name]!.deserialize(value);
      if (!Object.hasOwn(classes, name)) return undefined;
      if (typeof value !== "object" || value === null) throw new TypeError(`an instance of ${name} is no object`);
      return Object.setPrototypeOf(value, classes[name]!.prototype as object) as object;
    },
  };
}

/** @throws TypeError for what an instance has beside properties that anybody can see. */
function propertiesOf(instance: object): object {
  for (const key of Reflect.ownKeys(instance)) {
    const { enumerable, get, set } = Object.getOwnPropertyDescriptor(instance, key)!;
    if (typeof key === "symbol") throw new TypeError("it has a symbol as a key");
    if (!enumerable) throw new TypeError(`its property ${JSON.stringify(key)} is not enumerable`);
    if (get !== undefined || set !== undefined)
      throw new TypeError(`its property ${JSON.stringify(key)} is an accessor`);
  }
  return { ...instance };
}

function refusePlatformClass(name: string, { prototype }: Class): void {
  for (let at = prototype as object; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at) as object) {
    const maker = Object.hasOwn(at, "constructor") ? at.constructor : undefined;
    if (maker === undefined || !/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(maker))) continue;
    throw new TypeError(`${name} is or extends ${maker.name}, whose content can't be seen from outside: use custom`);
  }
}
