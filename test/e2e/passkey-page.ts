import { isCheckpointStoreError, openStore } from "waystone";
import { createEncryptedCodec, openPasskeyKeys, type PasskeyKeysOptions } from "waystone/codecs/encrypted";
import { createSuperjsonCodec } from "waystone/codecs/superjson";

const SECRET = "the eagle lands at midnight";

async function openWith(name: string, options?: PasskeyKeysOptions) {
  const keys = await openPasskeyKeys(name, options);
  const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys });
  return { keys, store: await openStore<string>(name, { codec }) };
}

/** Saves a secret with a new passkey. @public */
export async function save(name: string): Promise<string> {
  const { keys, store } = await openWith(name);
  await store.trace("t").save(SECRET);
  await store.close();
  return (await keys.current()).id;
}

/** What comes of reading it: whether it is right, and the key's id; or the error's code and that of its cause. @public */
export async function read(name: string, options?: PasskeyKeysOptions): Promise<string> {
  try {
    const { keys, store } = await openWith(name, options);
    const state = (await store.loadLatest("t"))?.state;
    await store.close();
    const { id, key } = await keys.current();
    return `${state === SECRET ? "right" : String(state)} ${id} ${key.extractable ? "extractable" : "kept"}`;
  } catch (error) {
    return isCheckpointStoreError(error)
      ? `${error.code} ${String((error.cause as Error | undefined)?.name)}`
      : String(error);
  }
}

/** Loses what is known of passkeys. @public */
export async function lose(what: "database" | "all"): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase("waystone-keys");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error as Error);
  });
  if (what === "all") await caches.delete("waystone-keys");
}
