/** Bytes, and Blobs, whose bytes are read later. */
import type { Copying } from "./containers.ts";
import { sameBytes, sameDetail } from "./equality.ts";
import { Binary, Container, setContent, type Node, type Slot } from "./snapshot.ts";

export function captureBytes(value: ArrayBuffer | ArrayBufferView, { before, anchor }: Copying): Binary {
  const detail = Object.prototype.toString.call(value).slice(8, -1);
  const bytes =
    detail === "ArrayBuffer"
      ? new Uint8Array(value as ArrayBuffer)
      : new Uint8Array((value as ArrayBufferView).buffer, (value as ArrayBufferView).byteOffset, value.byteLength);
  if (before instanceof Binary && before.kind === "bytes" && before.detail === detail) {
    if (sameBytes(before.content!, bytes)) return before;
  }
  return new Binary(bytes.slice(), detail, { anchor });
}

/** A copy of a Blob, whose content is read later. */
export function captureBlob(value: Blob, { before, anchor }: Copying): Binary {
  const isFile = typeof File !== "undefined" && value instanceof File;
  const detail = isFile ? [value.type, value.name, value.lastModified] : [value.type];
  const copy = new Binary(value, detail, { anchor });
  if (!(before instanceof Binary) || before.kind !== "blob") return copy;
  // A Blob never changes, so that here identity is enough.
  if (before.blob === value) return before;
  const { content } = copy;
  const isKnown = content !== undefined && before.content !== undefined && sameDetail(before.detail, detail);
  return isKnown && sameBytes(before.content, content) ? before : copy;
}

/** A Blob whose content can't be had any more: a file that was changed or deleted since it was chosen, for one. */
export class UnreadableBlob extends Error {
  override readonly name = "UnreadableBlob";
  readonly blob: Blob;

  constructor(blob: Blob, cause: unknown) {
    super("can't be read", { cause });
    this.blob = blob;
  }
}

/**
 * Reads the Blobs of a snapshot that were not read yet: it takes an await, and none can be had inside a transaction.
 *
 * @param isStored - Answers for which nodes there is nothing to do, since they were stored, and so read, before.
 * @throws UnreadableBlob.
 */
export async function readBlobs(root: Slot, isStored: (node: Node) => boolean): Promise<void> {
  const unread = new Set<Blob>();
  const open: Slot[] = [root];
  while (open.length > 0) {
    const slot = open.pop();
    if (slot instanceof Container) {
      if (isStored(slot)) continue;
      for (const child of slot.children) if (child instanceof Container || child instanceof Binary) open.push(child);
    } else if (slot instanceof Binary && slot.content === undefined && !isStored(slot)) {
      unread.add(slot.blob!);
    }
  }
  if (unread.size > 0) await Promise.all([...unread].map(readBlob));
}

async function readBlob(blob: Blob): Promise<void> {
  const buffer = await blob.arrayBuffer().catch((cause: unknown) => {
    throw new UnreadableBlob(blob, cause);
  });
  setContent(blob, new Uint8Array(buffer));
}
