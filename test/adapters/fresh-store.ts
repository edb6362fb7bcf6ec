import { onTestFinished } from "vitest";
import { deleteStore, openStore, type OpenStoreOptions, type Store } from "waystone";

/** Opens a store in IndexedDB, which is closed and deleted when the test is done; or once more the one of a name. */
export async function freshStore(options: OpenStoreOptions & { readonly name?: string } = {}): Promise<Store> {
  const { name = `adapter-${crypto.randomUUID()}`, ...rest } = options;
  const store = await openStore(name, rest);
  onTestFinished(async () => {
    await store.close();
    await deleteStore(name);
  });
  return store;
}
