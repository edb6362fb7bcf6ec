import { concatBytes } from "../core/bytes.ts";
import { capture, snapshotOf } from "../state/capture.ts";
import { containerFor, fillContainer } from "../state/rebuild.ts";
import {
  Alias,
  Anchor,
  Binary,
  Container,
  isNode,
  Text,
  type Node,
  type Slot,
  type Snapshot,
} from "../state/snapshot.ts";
import { eachAnnotation, type Spot } from "./annotate.ts";
import { Chunk, Stream } from "./chunk.ts";
import type { Annotation, Reference } from "./content.ts";
import { damaged, type Content, type Contents, type Decoded } from "./decode.ts";
import { claim, Layout, type LayoutOptions } from "./layout.ts";
import { leafValue } from "./leaf-values.ts";

/** A stored state that the next save can build on. */
export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly layout: Layout;
}

/** Makes a snapshot and its layout of a decoded state, as the save that stored it left them. @throws `corrupted`. */
export function readSnapshot(decoded: Decoded, options: LayoutOptions): StoredSnapshot {
  const layout = new Layout(options);
  const { blocks, fingerprints } = decoded;
  blocks.forEach(({ block, bytes, sum }, i) =>
    layout.blocks.add({ number: block, bytes, sum, fingerprint: fingerprints[i] }),
  );
  const reader = new SnapshotReader(decoded.contents, layout);
  const root = reader.chunk(decoded.root, undefined, -1);
  layout.settle({ root, fresh: [], moved: [] });
  return { snapshot: snapshotOf(root.items[0], reader.hasShared), layout };
}

class SnapshotReader {
  readonly #contents: Contents;
  readonly #layout: Layout;
  readonly #anchors = new Map<number, Anchor>();
  readonly #anchored = new Map<object, Anchor>();
  readonly #streams = new Map<number, Stream>();
  readonly #chunks = new Map<Content, Chunk>();
  /** The parts stored on their own that the chunk being read refers to. */
  #references: Node[] = [];

  constructor(contents: Contents, layout: Layout) {
    this.#contents = contents;
    this.#layout = layout;
  }

  get hasShared(): boolean {
    return this.#anchors.size > 0;
  }

  chunk(content: Content, stream: Stream | undefined, number: number): Chunk {
    const known = this.#chunks.get(content);
    if (known !== undefined) {
      if (known.content === undefined) throw damaged("a stored chunk is used in two places");
      return known;
    }
    const outer = this.#references;
    this.#references = [];
    const chunk = this.#chunkOf(content);
    chunk.references = this.#references;
    this.#references = outer;
    chunk.stream = stream;
    chunk.number = number;
    chunk.block = content.block;
    chunk.bytes = content.bytes;
    this.#chunks.set(content, chunk);
    return chunk;
  }

  #chunkOf(content: Content): Chunk {
    const { value } = content;
    if (typeof value === "string" || value instanceof Uint8Array) return new Chunk({ content: value });
    eachAnnotation(content, (annotation, spot) => this.#carryOut(annotation, spot));
    const { root } = capture(content.value, { anchors: this.#anchored });
    if (!(root instanceof Container)) throw damaged("a stored chunk has no content");
    this.#markSeen(root);
    return new Chunk({ items: root.children, keys: root.keys });
  }

  #carryOut([kind, , anchor = -1, detail = undefined, reference]: Annotation, spot: Spot): void {
    if (kind === "alias") {
      spot.put(new Alias(this.#anchorOf(anchor)));
      return;
    }
    const given = anchor < 0 ? undefined : this.#anchorOf(anchor);
    if (reference !== undefined) {
      const node = this.#part(kind, reference, { detail: detail ?? undefined, anchor: given });
      this.#references.push(node);
      spot.put(node);
      return;
    }
    let value = spot.get();
    if (kind === "instance") {
      // What stands here is a list of the one value that the instance was taken apart into.
      const { root } = capture(value, { anchors: this.#anchored });
      if (!(root instanceof Container)) throw damaged("a stored instance has no content");
      spot.put(new Container("instance", root.children, { detail, anchor: given }));
      return;
    }
    if (kind !== "anchor") {
      const leaf = leafValue(kind, value);
      if (leaf === undefined) {
        const made = containerFor(kind as never, { detail: detail ?? undefined });
        fillContainer(made, kind as never, [value]);
        value = made;
      } else {
        value = leaf[0];
      }
      spot.put(value);
    }
    if (given !== undefined) this.#anchored.set(value as object, given);
  }

  #part(
    kind: Annotation[0],
    reference: Reference,
    { detail, anchor }: { detail: unknown; anchor: Anchor | undefined },
  ): Node {
    const chunks = this.#chunksAt(reference);
    const leaves = leavesOf(chunks);
    let node: Node;
    if (kind === "text") node = new Text(leaves.map(({ content }) => content as string).join(""));
    else if (kind === "bytes" || kind === "blob") {
      node = new Binary(concatBytes(leaves.map(({ content }) => content as Uint8Array)), detail, { kind, anchor });
    } else {
      const keys = leaves[0]?.keys === undefined ? undefined : leaves.flatMap((leaf) => leaf.keys!);
      node = new Container(
        kind as never,
        leaves.flatMap((leaf) => leaf.items),
        { keys: keys ?? (KEYED.has(kind) ? [] : undefined), detail, anchor },
      );
    }
    const placing = this.#layout.placings.setApart(node);
    placing.isSeen = true;
    placing.chunks = chunks;
    claim(chunks, node);
    placing.stream = chunks.length === 0 ? this.#streamOf(reference) : bottomOf(chunks[0]!);
    return node;
  }

  #chunksAt(reference: Reference, depth = 0): Chunk[] {
    if (depth > 16) throw damaged("stored chunks gather one another");
    const stream = this.#streamOf(reference);
    const chunks: Chunk[] = [];
    for (const [number, content] of this.#contents.at(reference)) {
      chunks.push(
        content.gathered === undefined
          ? this.chunk(content, stream, number)
          : this.#group(content, { stream, number, depth }),
      );
    }
    return chunks;
  }

  #group(content: Content, { stream, number, depth }: { stream: Stream; number: number; depth: number }): Chunk {
    const members = this.#chunksAt([content.gathered!, 0, ...(content.value as number[])], depth + 1);
    if (members.length === 0) throw damaged("a stored chunk gathers none");
    const below = members[0]!.stream!;
    below.above = stream;
    const chunk = new Chunk({ members });
    chunk.stream = stream;
    chunk.number = number;
    chunk.block = content.block;
    chunk.bytes = content.bytes;
    return chunk;
  }

  /**
   * Returns the stream of a reference. Its next number is above all that needed blocks use, whatever the reference
   * says.
   */
  #streamOf([id, next]: Reference): Stream {
    let stream = this.#streams.get(id);
    if (stream === undefined) this.#streams.set(id, (stream = new Stream(id, this.#contents.endOf(id))));
    stream.next = Math.max(stream.next, next);
    return stream;
  }

  #anchorOf(number: number): Anchor {
    let anchor = this.#anchors.get(number);
    if (anchor === undefined) {
      this.#anchors.set(number, (anchor = new Anchor()));
      this.#layout.setNumber(anchor, number);
    }
    return anchor;
  }

  /** Notes for all parts that stand in a chunk that they were stored there. */
  #markSeen(slot: Slot): void {
    const open: Slot[] = [slot];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!isNode(next)) continue;
      const placing = this.#layout.placings.of(next);
      if (placing.isSeen) continue;
      placing.isSeen = true;
      // It was stored where it stands, whatever its weight says.
      placing.isApart = false;
      if (next instanceof Container) for (const child of next.children) if (isNode(child)) open.push(child);
    }
  }
}

const KEYED = new Set<string>(["object", "dict", "error"]);

function bottomOf(chunk: Chunk): Stream {
  let bottom = chunk;
  while (bottom.members !== undefined) bottom = bottom.members[0]!;
  return bottom.stream!;
}

function leavesOf(chunks: readonly Chunk[]): Chunk[] {
  return chunks.flatMap((chunk) => (chunk.members === undefined ? [chunk] : leavesOf(chunk.members)));
}
