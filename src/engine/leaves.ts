import type { CustomValues } from "../core/codec.ts";
import { Atom, Node, sameAtom, weigh, type Slot } from "./tree.ts";

/** A copy of a value that has no parts. */
export function captureAtom(
  value: object,
  {
    shape,
    before,
    custom,
  }: { shape: "date" | "regexp" | "url" | "custom"; before: Atom | Node | undefined; custom: CustomValues | undefined },
): Atom {
  const known = before instanceof Atom ? before : undefined;
  let atom: Atom;
  if (shape === "date") {
    const time = Date.prototype.getTime.call(value);
    if (known !== undefined && known.value instanceof Date && Object.is(known.key, time)) return known;
    atom = new Atom(time, new Date(time));
  } else if (shape === "custom") {
    const { key, value: copy } = custom!.copy(value);
    atom = new Atom(key, copy);
  } else {
    const key = String(value);
    atom = new Atom(
      key,
      shape === "url" ? new URL(key) : new RegExp((value as RegExp).source, (value as RegExp).flags),
    );
  }
  return known !== undefined && sameAtom(known, atom) ? known : atom;
}

/** What Blobs hold, once read: it takes an await to know, and none can be had inside a transaction. */
const blobContents = new WeakMap<object, Uint8Array>();

/** A Blob whose content can't be had any more: a file that was changed or deleted since it was chosen, for one. */
export class UnreadableBlob extends Error {
  override readonly name = "UnreadableBlob";
  readonly blob: object;

  constructor(blob: object, cause: unknown) {
    super("can't be read", { cause });
    this.blob = blob;
  }
}

/** Reads the Blobs of a tree that were not read yet. @throws UnreadableBlob. */
export async function readBlobs(root: Slot): Promise<void> {
  const unread: Node[] = [];
  const open: Slot[] = [root];
  while (open.length > 0) {
    const slot = open.pop();
    if (!(slot instanceof Node) || slot.planned) continue;
    if (slot.kind === "blob" && slot.content === undefined) unread.push(slot);
    for (const child of slot.children) if (child instanceof Node) open.push(child);
  }
  if (unread.length === 0) return;
  await Promise.all(
    unread.map(async (node) => {
      const blob = node.source as Blob;
      const buffer = await blob.arrayBuffer().catch((cause: unknown) => {
        throw new UnreadableBlob(blob, cause);
      });
      const content = new Uint8Array(buffer);
      node.content = content;
      blobContents.set(node.source!, content);
    }),
  );
}

/** A copy of a Blob, whose content is read later: {@link readBlobs}. */
export function captureBlob(value: Blob, before: Node | undefined): Node {
  const known = before?.kind === "blob" ? before : undefined;
  // A Blob never changes, so that here identity is enough.
  if (known?.source === value) return known;
  const isFile = typeof File !== "undefined" && value instanceof File;
  const detail = isFile ? [value.type, value.name, value.lastModified] : [value.type];
  const content = blobContents.get(value);
  if (content !== undefined && known?.content !== undefined && String(known.detail) === String(detail)) {
    if (sameBytes(known.content as Uint8Array, content)) return known;
  }
  const node = new Node("blob", []);
  node.content = content;
  node.detail = detail;
  node.source = value;
  node.base = known;
  return weigh(node);
}

/** A copy of what holds bytes. */
export function captureBytes(value: ArrayBuffer | ArrayBufferView, before: Node | undefined): Node {
  const detail = Object.prototype.toString.call(value).slice(8, -1);
  const bytes =
    detail === "ArrayBuffer"
      ? new Uint8Array(value as ArrayBuffer)
      : new Uint8Array((value as ArrayBufferView).buffer, (value as ArrayBufferView).byteOffset, value.byteLength);
  const known = before?.kind === "bytes" ? before : undefined;
  if (known?.detail === detail && sameBytes(known.content as Uint8Array, bytes)) return known;
  const node = new Node("bytes", []);
  node.content = bytes.slice();
  node.detail = detail;
  node.base = known;
  return weigh(node);
}

/** Whether two runs of bytes are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let i = 0;
  if (a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0) {
    const words = a.length >> 2;
    const wordsOfA = new Uint32Array(a.buffer, a.byteOffset, words);
    const wordsOfB = new Uint32Array(b.buffer, b.byteOffset, words);
    for (let w = 0; w < words; w += 1) if (wordsOfA[w] !== wordsOfB[w]) return false;
    i = words << 2;
  }
  for (; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
