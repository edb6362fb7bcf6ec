/** Deletes a database, whoever has it open. */
export function deleteDatabase(name: string): Promise<void> {
  return ended(indexedDB.deleteDatabase(name), () => undefined);
}

/**
 * Raises a database's version, as a newer release would. If it `aborts`, the database stays as it was; otherwise older
 * releases can't open it any more.
 */
export function upgradeDatabase(name: string, { aborts }: { aborts: boolean }): Promise<void> {
  const request = indexedDB.open(name, 1000);
  if (aborts) request.onupgradeneeded = () => request.transaction!.abort();
  return ended(request, () => request.result.close()).catch((error: unknown) => {
    if (!aborts) throw error;
  });
}

/** Has the server send the header that clears the origin's storage. */
export async function clearSiteData(): Promise<void> {
  await fetch("/clear");
}

/** Resolves when the page is shown again after it was left: whether it was kept in the back-forward cache. */
export function shownAgain(): Promise<boolean> {
  return new Promise((resolve) => {
    window.addEventListener("pageshow", (event) => resolve(event.persisted), { once: true });
  });
}

function ended(request: IDBOpenDBRequest, then: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      then();
      resolve();
    };
  });
}
