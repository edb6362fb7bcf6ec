import { recordBytes } from "../work/record-bytes.ts";

/** What a database holds, read record by record past the store, and measured by one rule. */
export async function recordSizes(database: string): Promise<{ records: number; bytes: number }> {
  let records = 0;
  let bytes = 0;
  for (const { name = "" } of await indexedDB.databases()) {
    if (!name.endsWith(database)) continue;
    const db = await answer(indexedDB.open(name));
    for (const storeName of db.objectStoreNames) {
      const store = db.transaction(storeName).objectStore(storeName);
      let cursor = await answer(store.openCursor());
      while (cursor) {
        records++;
        bytes += recordBytes(cursor.value);
        cursor = await answer(store.openCursor(IDBKeyRange.lowerBound(cursor.key, true)));
      }
    }
    db.close();
  }
  return { records, bytes };
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
