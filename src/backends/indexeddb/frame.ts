/** IndexedDB as a document of its own has it. */
export interface Frame {
  readonly factory: IDBFactory;
  remove(): void;
}

const CLASSES = ["IDBRequest", "IDBDatabase", "IDBTransaction", "IDBObjectStore", "IDBIndex", "IDBCursor"] as const;

/**
 * IndexedDB in a hidden, empty frame; `undefined` where there is no document.
 *
 * WebKit connects a document to the process that its databases live in once, for good: if that process ends, the page
 * has to be loaded again, or to look through a new document, which is connected anew. What is read through it is of the
 * frame's classes: see {@link adopt}.
 */
export function openFrame(): Frame | undefined {
  if (typeof document === "undefined") return undefined;
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.documentElement.append(frame);
  const realm = frame.contentWindow as (Window & typeof globalThis) | null;
  if (realm === null) return undefined;
  for (const name of CLASSES) {
    // So that `instanceof` holds for what comes from the frame, and its methods are this page's own: idb asks for both.
    const { prototype } = realm[name];
    for (const key of Reflect.ownKeys(prototype)) Reflect.deleteProperty(prototype, key);
    Object.setPrototypeOf(prototype, globalThis[name].prototype as object);
  }
  return { factory: realm.indexedDB, remove: () => frame.remove() };
}

/** A value that came through a frame, made of this page's classes. */
export function adopt<T>(value: T): T {
  return structuredClone(value);
}
