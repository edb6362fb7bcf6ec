/** The IndexedDB of a hidden document. */
export interface Frame {
  readonly factory: IDBFactory;
  remove(): void;
}

const CLASSES = ["IDBRequest", "IDBDatabase", "IDBTransaction", "IDBObjectStore", "IDBIndex", "IDBCursor"] as const;

/**
 * Opens a hidden, empty frame for its IndexedDB. Returns `undefined` if there is no document to put it in.
 *
 * WebKit connects a document only once to the process that holds its databases. If that process ends, the page must be
 * loaded again, or use the IndexedDB of a new document, which is connected anew. Values read through a frame are
 * instances of the frame's classes: see {@link adopt}.
 */
export function openFrame(): Frame | undefined {
  if (typeof document === "undefined") return undefined;
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.documentElement.append(frame);
  const realm = frame.contentWindow as (Window & typeof globalThis) | null;
  if (realm === null) return undefined;
  for (const name of CLASSES) {
    // idb needs both: `instanceof` holds for objects of the frame, and their methods are those of this page.
    const { prototype } = realm[name];
    for (const key of Reflect.ownKeys(prototype)) Reflect.deleteProperty(prototype, key);
    Object.setPrototypeOf(prototype, globalThis[name].prototype as object);
  }
  return { factory: realm.indexedDB, remove: () => frame.remove() };
}

/** Copies a value that was read through a frame into instances of this page's classes. */
export function adopt<T>(value: T): T {
  return structuredClone(value);
}
