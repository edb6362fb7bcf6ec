import { open, readdir } from "node:fs/promises";
import { join, sep } from "node:path";

/** What an engine keeps a database in. */
export type DatabaseFormat = "leveldb" | "sqlite";

/** The folders that engines keep databases in: Chromium and WebKit, Firefox. */
const FOLDERS = ["indexeddb", "idb"];
const LEVELDB_MANIFEST = /\.leveldb[/\\]MANIFEST-\d+$/;
const SQLITE_MAGIC = "SQLite format 3\0";

/** What the IndexedDB databases in a browser's profile are kept in, each format once; none where none is on disk. */
export async function formatsOnDisk(profile: string): Promise<DatabaseFormat[]> {
  const found = new Set<DatabaseFormat>();
  for (const path of await readdir(profile, { recursive: true })) {
    if (
      !path
        .toLowerCase()
        .split(sep)
        .some((folder) => FOLDERS.includes(folder))
    )
      continue;
    if (LEVELDB_MANIFEST.test(path)) found.add("leveldb");
    if ((await firstBytes(join(profile, path), SQLITE_MAGIC.length)) === SQLITE_MAGIC) found.add("sqlite");
  }
  return [...found];
}

/** The file's first bytes; the empty string for a folder, and for a file that is gone since it was listed. */
async function firstBytes(path: string, count: number): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (["EISDIR", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}
