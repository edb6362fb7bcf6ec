import type { Node, Slot } from "../../state/snapshot.ts";

/**
 * A chunk that is used in several places is stored once, so a few stored bytes can stand for very many. This is how
 * many bytes a state may take beyond what is stored of it.
 */
export const MAX_REPEATED_BYTES = 2 ** 29;

/** Returns what a further use of a chunk counts as: it takes time and memory even if the chunk is empty. */
export function bytesOfUse(content: unknown): number {
  return 256 + (typeof content === "string" || content instanceof Uint8Array ? content.length : 0);
}

/**
 * The numbering of the chunks of one part, which goes on through all the forms that the part takes from save to save.
 */
export class Stream {
  /** Names the stream in its trace. */
  readonly id: number;
  /** The number of the next chunk; never given out twice. */
  next: number;
  /** The stream of the chunks that gather chunks of this one; `undefined` while there are few enough without. */
  above: Stream | undefined = undefined;

  constructor(id: number, next = 0) {
    this.id = id;
    this.next = next;
  }
}

/**
 * A run of the content of a part that is stored on its own: elements of a list, properties of an object, a stretch of
 * text or of bytes; or a run of such chunks, which it gathers.
 */
export class Chunk {
  /** The elements, or the values of properties. */
  readonly items: readonly Slot[];
  /** The names of properties. */
  readonly keys: readonly string[] | undefined;
  /** A stretch of text or bytes. */
  readonly content: string | Uint8Array | undefined;
  /** The chunks that it gathers. */
  readonly members: readonly Chunk[] | undefined;
  /** The parts on their own that it refers to; known once it was encoded or read. */
  references: readonly Node[] = [];
  /** The part whose content it is, in the latest state. */
  part: Node | undefined = undefined;
  stream: Stream | undefined = undefined;
  /** Its number in the stream; -1 while it has none. */
  number = -1;
  /** The block that holds it; -1 until it is written. */
  block = -1;
  /** About how many bytes of the block it takes. */
  bytes = 0;
  /** From how many places of the latest state it is used. */
  uses = 0;

  constructor({
    items = [],
    keys,
    content,
    members,
  }: {
    items?: readonly Slot[];
    keys?: readonly string[] | undefined;
    content?: string | Uint8Array;
    members?: readonly Chunk[];
  }) {
    this.items = items;
    this.keys = keys;
    this.content = content;
    this.members = members;
  }

  /**
   * Returns whether it may be used for a part. A chunk of elements is for one part alone: two that used it would be
   * read back with the very same objects in them. A chunk of text or bytes is for any.
   */
  isFor(part: Node | undefined): boolean {
    return this.content !== undefined || this.part === part;
  }

  /** Whether it has a number in its stream, which it keeps as long as the latest state needs it. */
  get isStored(): boolean {
    return this.number >= 0;
  }
}
