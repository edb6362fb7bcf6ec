import { describe, expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { isSameMetadata, metadataOf, openHead, placedHead, privateMetadata, sealHead } from "../../src/log/heads.ts";
import { Codecs } from "../../src/pieces/codecs.ts";

const HEAD = {
  id: "c",
  traceId: "t",
  seq: 2,
  timestamp: 3,
  createdAt: 4,
  metadata: { at: new Date(5), note: "secret" },
};
const SIZES = { bytes: 1, stateBytes: 1 };
const SEALING = new Codecs([{ ...createSuperjsonCodec(), encodesMetadata: true }], { store: "s" });
const OPEN = new Codecs([createSuperjsonCodec()], { store: "s" });

const partsOf = ({ current: codec, store }: Codecs) => ({ codec, store });

describe("metadata", () => {
  test("stands in the open, unless the codec encodes it", async () => {
    expect(sealHead(HEAD, partsOf(OPEN))).toBe(HEAD);
    const sealed = { ...(await sealHead(HEAD, partsOf(SEALING))), ...SIZES };
    expect(sealed.metadata).toBeUndefined();
    expect(await openHead(sealed, SEALING)).toEqual({ ...HEAD, ...SIZES });
    expect(await metadataOf(sealed, SEALING)).toEqual(HEAD.metadata);
  });

  test("that can't be decoded is left out of a head, which says so, and refused where it is asked for", async () => {
    const sealed = { ...(await sealHead(HEAD, partsOf(SEALING))), ...SIZES };
    const broken = { ...sealed, sealed: { ...sealed.sealed!, root: "{" } };
    const { metadata: _, ...bare } = HEAD;
    expect(await openHead(broken, SEALING)).toEqual({ ...bare, ...SIZES, isDamaged: true });
    await expect(metadataOf(broken, SEALING)).rejects.toMatchObject({ code: "corrupted" });
    const other = { ...sealed, sealed: { ...sealed.sealed!, codec: "other" } };
    await expect(metadataOf(other, SEALING)).rejects.toMatchObject({ code: "codec-mismatch" });
  });

  test("is a copy, and is refused by its path where it can't be one", () => {
    const metadata = { list: [1], at: new Date(1) };
    const copy = privateMetadata(metadata, { traceId: "t" });
    metadata.list.push(2);
    expect(copy).toEqual({ list: [1], at: new Date(1) });
    expect(() => privateMetadata({ deep: { f: () => 1 } }, { traceId: "t", checkpointId: "c" })).toThrow(
      expect.objectContaining({ code: "serialization", path: "metadata.deep.f", checkpointId: "c" }),
    );
  });

  test("is the same where it is equal, one date in two places or two", () => {
    const at = new Date(1);
    expect(isSameMetadata({ a: at, b: at }, { a: new Date(1), b: new Date(1) })).toBe(true);
    expect(isSameMetadata({ a: 1 }, { a: 2 })).toBe(false);
    expect(isSameMetadata(undefined, {})).toBe(false);
    expect(isSameMetadata(undefined, undefined)).toBe(true);
  });
});

test("the head that a root is bound to is the checkpoint's, with its place", () => {
  const head = { ...HEAD, parentId: "p" };
  expect(placedHead({ ...head, ...SIZES })).toEqual(head);
});
