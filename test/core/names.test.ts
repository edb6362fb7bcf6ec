import fc from "fast-check";
import { expect, test } from "vitest";
import { isOwnName, ownAddress, ownName } from "../../src/core/names.ts";
import { deleteStore, openStore } from "../../src/index.ts";

/** What names are put together with, above all. */
const part = fc.string({ unit: fc.constantFrom(":", "-", '"', ",", "[", "]", "\\", "%", "a", "\ud800"), maxLength: 6 });
const named = fc.tuple(fc.constantFrom("keys", "changes", "trace"), fc.array(part, { maxLength: 3 }));

test("names with other parts are never equal", () => {
  fc.assert(
    fc.property(named, named, ([what, parts], [otherWhat, otherParts]) => {
      const isSame = what === otherWhat && JSON.stringify(parts) === JSON.stringify(otherParts);
      for (const make of [ownName, ownAddress])
        expect(make(what, ...parts) === make(otherWhat, ...otherParts)).toBe(isSame);
      expect(isOwnName(ownName(what, ...parts))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(ownName("trace", "agent", "run:1")).not.toBe(ownName("trace", "agent:run", "1"));
});

test.each(["waystone-keys", "waystone-fresh-log", "waystone-later"])("%s is no name for a store", async (name) => {
  await expect(openStore(name)).rejects.toThrow(TypeError);
  await expect(deleteStore(name)).rejects.toThrow(TypeError);
});
