import { expect, test } from "vitest";
import { Anchors } from "../../src/state/anchors.ts";
import { Alias, Anchor, Container } from "../../src/state/snapshot.ts";

const copyWith = (anchor: Anchor | undefined) => new Container("array", [], { anchor });
const [value, other] = [{}, {}];
const unknown = { before: undefined, isOwn: false };
const nowhere = { stood: undefined, copy: undefined };

test("where nobody has looked for what is shared, nothing gets an anchor, and nothing can be referred to", () => {
  const anchors = new Anchors(undefined);
  expect(anchors.isTold).toBe(false);
  expect(anchors.anchorFor(value, unknown)).toBeUndefined();
  expect(anchors.referTo(value, nowhere)).toBeUndefined();
  expect(anchors.hasShared).toBe(false);
});

test("what is shared has one anchor, wherever it is referred to, before or after it stands", () => {
  const anchors = new Anchors(new Set([value, other]));
  expect([anchors.isTold, anchors.hasShared]).toEqual([true, false]);
  const anchor = anchors.anchorFor(value, unknown);
  expect(anchors.referTo(value, nowhere)!.anchor).toBe(anchor);
  const ahead = anchors.referTo(other, nowhere)!.anchor;
  expect(anchors.anchorFor(other, unknown)).toBe(ahead);
  expect(ahead).not.toBe(anchor);
  expect(anchors.hasShared).toBe(true);
  expect(anchors.anchorFor({}, unknown)).toBeUndefined();
});

test("what is shared takes over the anchor of its counterpart, unless another has it", () => {
  const anchor = new Anchor();
  const anchors = new Anchors(new Set([value, other]));
  expect(anchors.anchorFor(value, { before: copyWith(anchor), isOwn: false })).toBe(anchor);
  expect(anchors.anchorFor(other, { before: copyWith(anchor), isOwn: false })).not.toBe(anchor);
});

test("what is shared no more keeps the anchor of its own copy, but not that of another's", () => {
  const anchor = new Anchor();
  const before = copyWith(anchor);
  expect(new Anchors(new Set()).anchorFor(value, { before, isOwn: true })).toBe(anchor);
  const anchors = new Anchors(new Set());
  expect(anchors.anchorFor(value, { before, isOwn: false })).toBeUndefined();
  expect(anchors.hasShared).toBe(false);
});

test("a reference ahead of its object takes over the anchor of the object's copy, or that of the reference before", () => {
  const [known, named] = [new Anchor(), new Anchor()];
  const anchors = new Anchors(new Set([value, other]));
  expect(anchors.referTo(value, { stood: undefined, copy: copyWith(known) })!.anchor).toBe(known);
  const stood = new Alias(named);
  expect(anchors.referTo(other, { stood, copy: copyWith(known) })).toBe(stood);
  expect(anchors.anchorFor(other, unknown)).toBe(named);
});

test("a reference is the one before where it says the same", () => {
  const anchors = new Anchors(new Set([value]));
  const anchor = anchors.anchorFor(value, unknown)!;
  const [same, another] = [new Alias(anchor), new Alias(new Anchor())];
  expect(anchors.referTo(value, { stood: same, copy: undefined })).toBe(same);
  expect(anchors.referTo(value, { stood: another, copy: undefined })).not.toBe(another);
});
