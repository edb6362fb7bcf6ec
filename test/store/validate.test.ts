import { describe, expect, test } from "vitest";
import { requireCheckpoint, requireCount, requireId } from "../../src/store/validate.ts";

const CHECKPOINT = { id: "c", createdAt: 1, state: 1 };

test("what is sound passes", () => {
  requireId("a", "id");
  requireCount(0, "keep");
  for (const more of [
    {},
    { parentId: "p", nextNode: "", graphHash: "g", metadata: {} },
    { state: undefined },
    { createdAt: -8.64e15 },
  ]) {
    requireCheckpoint({ ...CHECKPOINT, ...more });
  }
});

describe("is refused", () => {
  test.each([undefined, 5, "", null])("the id %o", (id) => expect(() => requireId(id, "traceId")).toThrow(TypeError));
  test.each(["1", undefined, null])("the count %o, by its type", (count) =>
    expect(() => requireCount(count, "keep")).toThrow(TypeError),
  );
  test.each([-1, 1.5, NaN, 2 ** 53])("the count %d, by its range", (count) =>
    expect(() => requireCount(count, "keep")).toThrow(RangeError),
  );

  test.each<[string, object | null, new () => Error]>([
    ["nothing", null, TypeError],
    ["no id", { id: "" }, TypeError],
    ["an empty parent", { parentId: "" }, TypeError],
    ["a node that is no text", { nextNode: 1 }, TypeError],
    ["a graph that is no text", { graphHash: {} }, TypeError],
    ["a time that is a Date", { createdAt: new Date() }, TypeError],
    ["a time beyond all dates", { createdAt: 8.64e15 + 1 }, RangeError],
    ["no time at all", { createdAt: NaN }, RangeError],
    ["metadata that is a list", { metadata: [] }, TypeError],
    ["a state that is a promise", { state: Promise.resolve(1) }, TypeError],
  ])("a checkpoint with %s", (_, wrong, kind) => {
    expect(() => requireCheckpoint(wrong === null ? null : { ...CHECKPOINT, ...wrong })).toThrow(kind);
  });

  test("a checkpoint without a state", () => {
    expect(() => requireCheckpoint({ id: "c", createdAt: 1 })).toThrow("checkpoint.state is missing");
  });
});
