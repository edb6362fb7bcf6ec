import { parse } from "superjson";
import { expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Place } from "../../src/core/codec.ts";

const PLACE: Place = { store: "s", position: { part: "pieces" } };

class Money {
  readonly cents: number;
  currency = "EUR";
  static made = 0;
  constructor(cents: number) {
    Money.made += 1;
    this.cents = cents;
  }
  get euros(): number {
    return this.cents / 100;
  }
}

class Celsius {
  readonly #degrees: number;
  constructor(degrees: number) {
    this.#degrees = degrees;
  }
  get degrees(): number {
    return this.#degrees;
  }
}

const celsius = {
  isApplicable: (value: unknown) => value instanceof Celsius,
  serialize: (value: Celsius) => ({ degrees: value.degrees }),
  deserialize: ({ degrees }: { degrees: number }) => new Celsius(degrees),
};

const VALUE = { list: [1, "two", null, true, { "a.b": [] }], text: '\ud800 é \\ "', n: 1e300 };

test("JSON comes back, as a text that superjson reads by itself", () => {
  const codec = createSuperjsonCodec();
  const text = codec.encode(VALUE, PLACE) as string;
  expect(codec.decode(text, PLACE)).toEqual(VALUE);
  expect(parse(text)).toEqual(VALUE);
});

test("bytes stay bytes", () => {
  const codec = createSuperjsonCodec();
  const bytes = Uint8Array.of(1, 2, 255);
  expect(codec.decode(codec.encode(bytes, PLACE), PLACE)).toEqual(bytes);
});

const twice = {};
test.each<[string, unknown]>([
  ["a date", { at: new Date(1) }],
  ["undefined", [undefined]],
  ["NaN", Number.NaN],
  ["-0", [-0]],
  ["a bigint", 1n],
  ["a map", new Map()],
  ["one object in two places", [twice, twice]],
])("%s is none of its business, and it says so", (_, value) => {
  expect(() => createSuperjsonCodec().encode(value, PLACE)).toThrow(TypeError);
  expect(() => createSuperjsonCodec({ classes: { Money } }).encode(value, PLACE)).toThrow(TypeError);
});

test.each([
  ["a typed array of a gigabyte", '{"json":1e9,"meta":{"values":[["typed-array","Uint8Array"]],"v":1}}'],
  ["a date", '{"json":"2000-01-01T00:00:00.000Z","meta":{"values":["Date"],"v":1}}'],
  ["an instance", '{"json":{"cents":1},"meta":{"values":[["class","Money"]],"v":1}}'],
  ["one object in two places", '{"json":{"a":{},"b":null},"meta":{"referentialEqualities":{"a":["b"]},"v":1}}'],
  ["annotations that say nothing", '{"json":1,"meta":null}'],
  ["no value", "{}"],
  ["no object", "null"],
])("a text that was made to have it make %s is refused, whatever is registered", (_, text) => {
  expect(() => createSuperjsonCodec().decode(text, PLACE)).toThrow(TypeError);
  const codec = createSuperjsonCodec({ classes: { Money }, custom: { celsius } });
  expect(() => codec.decode(text, PLACE)).toThrow(TypeError);
});

test("without classes there is nothing to ask it for each object", () => {
  expect(createSuperjsonCodec().custom).toBeUndefined();
  expect(createSuperjsonCodec({ classes: {}, custom: {} }).custom).toBeUndefined();
});

test("an instance of a class is taken apart into its properties, and made of them without its constructor", () => {
  const { custom } = createSuperjsonCodec({ classes: { Money } });
  const price = new Money(250);
  expect(custom!.nameOf(price)).toBe("Money");
  const content = custom!.takeApart("Money", price);
  expect(Object.getPrototypeOf(content)).toBe(Object.prototype);
  expect(content).toEqual({ cents: 250, currency: "EUR" });
  const before = Money.made;
  const made = custom!.make("Money", content) as Money;
  expect(made).toBeInstanceOf(Money);
  expect(made.euros).toBe(2.5);
  expect(Money.made).toBe(before);
});

test("an object of a transform is taken apart and made by it", () => {
  const { custom } = createSuperjsonCodec({ classes: { Money }, custom: { celsius } });
  expect(custom!.nameOf(new Celsius(20))).toBe("celsius");
  expect(custom!.takeApart("celsius", new Celsius(20))).toEqual({ degrees: 20 });
  expect((custom!.make("celsius", { degrees: 21 }) as Celsius).degrees).toBe(21);
});

test("nothing else has a name, and of another name nothing is made", () => {
  const { custom } = createSuperjsonCodec({ classes: { Money }, custom: { celsius } });
  class Cents extends Money {}
  for (const value of [{}, [], new Map(), Object.create(null) as object, new Cents(1), Money]) {
    expect(custom!.nameOf(value)).toBeUndefined();
  }
  expect(custom!.make("toString", {})).toBeUndefined();
  expect(custom!.make("Pounds", {})).toBeUndefined();
  expect(() => custom!.make("Money", 5)).toThrow(TypeError);
});

test.each<[string, (price: Money) => void]>([
  ["a symbol", (price) => Object.assign(price, { [Symbol("s")]: 1 })],
  ["not enumerable", (price) => Object.defineProperty(price, "hidden", { value: 1 })],
  ["an accessor", (price) => Object.defineProperty(price, "now", { get: () => 1, enumerable: true })],
  ["an accessor", (price) => Object.defineProperty(price, "now", { set() {}, enumerable: true })],
])("an instance is not taken apart where its properties would not be all of it: %s", (reason, change) => {
  const price = new Money(1);
  change(price);
  expect(() => createSuperjsonCodec({ classes: { Money } }).custom!.takeApart("Money", price)).toThrow(reason);
});

test("a class that holds what nobody sees from outside is refused at once", () => {
  class Failure extends Error {}
  class Deeper extends Failure {}
  function Old(): void {}
  Old.prototype = Object.create(Map.prototype, { constructor: { value: Old } }) as object;
  for (const registered of [Failure, Deeper, Map, Old as unknown as new () => object]) {
    expect(() => createSuperjsonCodec({ classes: { registered } })).toThrow(TypeError);
  }
  expect(() => createSuperjsonCodec({ classes: { celsius: Money }, custom: { celsius } })).toThrow(TypeError);
});
