import { CheckpointStoreError } from "../../core/errors.ts";
import { toStoreError } from "./errors.ts";
import { forgetSeen } from "./witness.ts";

/** Deletes a database and the mark of it in Cache Storage. @throws `unavailable`, `blocked`, `storage`. */
export async function deleteDatabase(
  name: string,
  { blockedTimeoutMs }: { readonly blockedTimeoutMs: number },
): Promise<void> {
  if (typeof indexedDB === "undefined") throw new CheckpointStoreError("unavailable", "there is no IndexedDB here");
  // First, or the database could be reported as lost.
  await forgetSeen(name);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onblocked = () => {
        const message = `${name} is still open elsewhere in this origin, after ${blockedTimeoutMs} ms; it goes as soon as that is closed`;
        timer = setTimeout(() => reject(new CheckpointStoreError("blocked", message)), blockedTimeoutMs);
      };
      request.onsuccess = () => resolve();
      request.onerror = () => reject(toStoreError(request.error, `can't delete the database ${name}`));
    });
  } finally {
    clearTimeout(timer);
  }
}
