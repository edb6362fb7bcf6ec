import { expect, test, vi } from "vitest";
import { captureBlob, captureBytes, readBlobs, UnreadableBlob } from "../../src/state/blobs.ts";
import { Container, type Binary } from "../../src/state/snapshot.ts";

const none = { before: undefined, anchor: undefined };
const after = (before: Binary) => ({ before, anchor: undefined });
const nothingStored = () => false;

test("bytes are copied, in a buffer of their own, with the name of their class", () => {
  const buffer = Uint8Array.of(9, 1, 2, 3, 4, 9, 9, 9).buffer;
  const view = new Uint8Array(buffer, 1, 4);
  const copy = captureBytes(view, none);
  view.fill(0);
  expect(copy.content).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(copy.content!.buffer.byteLength).toBe(4);
  expect([copy.kind, copy.detail]).toEqual(["bytes", "Uint8Array"]);
  expect(captureBytes(new DataView(buffer, 1, 2), none).detail).toBe("DataView");
  expect(captureBytes(new Uint16Array(buffer, 2, 1), none).content).toHaveLength(2);
  expect(captureBytes(buffer, none).detail).toBe("ArrayBuffer");
});

test("bytes are the ones before them where those are equal, of the same class", () => {
  const before = captureBytes(Uint8Array.of(1, 2, 3, 4, 5), none);
  expect(captureBytes(Uint8Array.of(1, 2, 3, 4, 5), after(before))).toBe(before);
  for (const [at, length] of [
    [0, 5],
    [3, 5],
    [4, 5],
    [0, 4],
  ] as const) {
    const other = Uint8Array.of(1, 2, 3, 4, 5).slice(0, length);
    if (length === 5) other[at] = 0;
    expect(captureBytes(other, after(before))).not.toBe(before);
  }
  expect(captureBytes(Int8Array.of(1, 2, 3, 4, 5), after(before))).not.toBe(before);
});

test("a Blob is known by its identity, and another one by its content and type, once both are read", async () => {
  const blob = new Blob(["ab"], { type: "text/plain" });
  const before = captureBlob(blob, none);
  expect(captureBlob(blob, after(before))).toBe(before);
  const same = new Blob(["ab"], { type: "text/plain" });
  expect(captureBlob(same, after(before))).not.toBe(before);
  const others = [new Blob(["ab"], { type: "text/html" }), new Blob(["ac"], { type: "text/plain" })];
  const copies = [before, ...[same, ...others].map((value) => captureBlob(value, none))];
  await readBlobs(new Container("array", copies), nothingStored);
  expect(captureBlob(same, after(before))).toBe(before);
  for (const other of others) expect(captureBlob(other, after(before))).not.toBe(before);
  const file = new File(["ab"], "n", { type: "text/plain", lastModified: 5 });
  expect(captureBlob(file, after(before)).detail).toEqual(["text/plain", "n", 5]);
});

test("each Blob of a snapshot is read once, but for those that are stored", async () => {
  const [one, two, three] = ["1", "2", "3"].map((text) => new Blob([text]));
  const stored = new Container("array", [captureBlob(two!, none)]);
  const alone = captureBlob(three!, none);
  const root = new Container("map", ["k", captureBlob(one!, none), stored, captureBlob(one!, none), alone, 5]);
  const read = vi.spyOn(Blob.prototype, "arrayBuffer");
  await readBlobs(root, (node) => node === stored || node === alone);
  expect(read).toHaveBeenCalledTimes(1);
  read.mockRestore();
  expect((root.children[1] as Binary).content).toEqual(Uint8Array.of(49));
  expect((stored.children[0] as Binary).content).toBeUndefined();
});

test("a Blob that can't be read is named by the error", async () => {
  const blob = new Blob(["gone"]);
  const cause = new DOMException("the file was changed", "NotReadableError");
  blob.arrayBuffer = () => Promise.reject(cause);
  const reading = readBlobs(captureBlob(blob, none), nothingStored);
  await expect(reading).rejects.toThrow(UnreadableBlob);
  await expect(reading).rejects.toMatchObject({ blob, cause });
});
