import { expect, test } from "vitest";
import { createMemoryBackend } from "../../src/backends/memory.ts";
import { putOwner, removeOwner, requireOwner } from "../../src/log/owners.ts";

test("a trace is its last owner's alone, and given up by nobody else", async () => {
  const backend = createMemoryBackend();
  const isOwner = (owner: string) =>
    backend
      .read((tx) => requireOwner(tx, { traceId: "t", owner }))
      .then(
        () => true,
        (error: { code: string }) => error.code,
      );
  expect(await isOwner("a")).toBe("conflict");
  await backend.write(async (tx) => putOwner(tx, { traceId: "t", owner: "a" }));
  expect(await isOwner("a")).toBe(true);
  await backend.write(async (tx) => putOwner(tx, { traceId: "t", owner: "b" }));
  expect([await isOwner("a"), await isOwner("b")]).toEqual(["conflict", true]);
  await backend.write((tx) => removeOwner(tx, { traceId: "t", owner: "a" }));
  expect(await isOwner("b")).toBe(true);
  await backend.write((tx) => removeOwner(tx, { traceId: "t", owner: "b" }));
  expect(await isOwner("b")).toBe("conflict");
});
