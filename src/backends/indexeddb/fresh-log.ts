import { ownName } from "../../core/names.ts";
import { laterTask, settled } from "./requests.ts";

/**
 * Chromium keeps the databases of an origin in one LevelDB, which writes what is new to a log. If the browser is killed
 * in the middle of that, the log ends in an incomplete record. The next start reads past it, loses nothing, and appends
 * to the same log. The start after that takes what follows the incomplete record for damage, and throws away every
 * database of the origin: https://github.com/google/leveldb/issues/1287
 *
 * So LevelDB is made to begin a new log. It does that whenever it compacts, which Chromium has it do for a database that
 * is deleted.
 */
const DATABASE = ownName("fresh-log");
/** Held by whoever has seen to it, for as long as that one lives. */
const LOCK = ownName("fresh-log");

/** By its name: nothing else tells what it keeps its databases in. In Chrome for iOS, which is a WebKit, it is CriOS. */
const IS_CHROMIUM = /Chrom(?:e|ium)\//.test((globalThis.navigator as Navigator | undefined)?.userAgent ?? "");

let isBegun = false;

/**
 * Has Chromium begin a new log, unless another page or worker has seen to it since the browser started. Where none of
 * them is alive any more, it is done again, which costs time and changes nothing.
 *
 * In the background: nobody waits for it, and if it fails, the store is as good as without.
 */
export function beginFreshLog(): void {
  if (!IS_CHROMIUM || isBegun) return;
  isBegun = true;
  const locks = (navigator as { readonly locks?: LockManager }).locks;
  // In insecure contexts, there are no locks.
  if (locks === undefined) return void makeAndDelete().catch(() => undefined);
  void locks
    .request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      await makeAndDelete();
      await left();
    })
    .catch(() => undefined);
}

/** Makes a database and deletes it again; a few milliseconds, and what LevelDB compacts. */
async function makeAndDelete(): Promise<void> {
  await laterTask();
  const database = await settled(indexedDB.open(DATABASE, 1));
  // What has collections is somebody else's.
  const isOurs = database.objectStoreNames.length === 0;
  database.close();
  if (isOurs) await settled(indexedDB.deleteDatabase(DATABASE));
}

/**
 * Resolves when the page is left: one that holds a lock would not be kept in the back-forward cache. A dedicated worker
 * is not told, and would keep its page out of there, so it does not wait.
 */
function left(): Promise<void> {
  if ("DedicatedWorkerGlobalScope" in globalThis) return Promise.resolve();
  return new Promise((resolve) => globalThis.addEventListener("pagehide", () => resolve(), { once: true }));
}
