import { afterEach } from "vitest";
import { deleteStore } from "../../src/index.ts";

/** Names of stores for a file's tests, which are deleted after each. */
export function storeNames(prefix: string): () => string {
  const names: string[] = [];
  afterEach(async () => {
    for (const name of names.splice(0)) await deleteStore(name);
  });
  return () => {
    names.push(`${prefix}${crypto.randomUUID()}`);
    return names.at(-1)!;
  };
}
