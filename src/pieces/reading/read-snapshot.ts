import { concatBytes } from "../../core/bytes.ts";
import { atomOf } from "../../state/atoms.ts";
import { snapshotOf } from "../../state/capture.ts";
import {
  Alias,
  Anchor,
  Binary,
  Container,
  isNode,
  isPart,
  MIN_TEXT_LENGTH,
  Text,
  type ContainerKind,
  type Node,
  type Slot,
  type Snapshot,
} from "../../state/snapshot.ts";
import { eachAnnotation, type Spot } from "./annotate.ts";
import { Chunk, Stream } from "../layout/chunk.ts";
import type { Annotation, Reference } from "../content.ts";
import { damaged, type Content, type Contents, type Decoded } from "./decode.ts";
import { claim, Layout, type LayoutOptions } from "../layout/layout.ts";
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
  readonly #adopted = new Set<object>();
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
    const root = this.#adopt(content.value);
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
    const leaf = leafValue(kind, spot.get());
    if (leaf === undefined) {
      const stored = this.#adopt(spot.get());
      const made = kind === "anchor" ? stored.kind : kind;
      spot.put(containerOf(made, stored, { detail: detail ?? undefined, anchor: given }));
    } else {
      const [made] = leaf;
      spot.put(typeof made === "object" ? atomOf(made as Date | RegExp | URL, given) : made);
    }
  }

  /** Makes a container of what the codec returned: JSON-like, in which parts may stand already. */
  #adopt(value: unknown): Container {
    if (value instanceof Container) return value;
    if (typeof value !== "object" || value === null) throw damaged("a stored chunk has no content");
    // Once only, or a few stored bytes could stand for very many.
    if (this.#adopted.has(value)) throw damaged("a stored object is used in two places");
    this.#adopted.add(value);
    if (Array.isArray(value)) return new Container("array", this.#slots(value));
    if (Object.getPrototypeOf(value) !== Object.prototype) throw damaged("a stored object is of a class");
    return new Container("object", this.#slots(Object.values(value)), { keys: Object.keys(value) });
  }

  #slots(values: unknown[]): Slot[] {
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (typeof value === "string" && value.length >= MIN_TEXT_LENGTH) values[i] = new Text(value);
      else if (typeof value === "object" && value !== null && !isPart(value)) values[i] = this.#adopt(value);
    }
    return values as Slot[];
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
      const isKeyed = leaves.length === 0 ? hasKeys(kind, detail) : leaves[0]!.keys !== undefined;
      const keys = isKeyed ? leaves.flatMap((leaf) => leaf.keys ?? []) : undefined;
      const children = leaves.flatMap((leaf) => leaf.items);
      node = containerOf(kind, { children, keys }, { detail, anchor });
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

/**
 * Makes a container of a kind from what was stored for it: the list of its children, or its properties.
 *
 * @throws `corrupted` for what no container of that kind can be made of.
 */
function containerOf(
  kind: Annotation[0],
  { children, keys }: Pick<Container, "children" | "keys">,
  { detail, anchor }: { readonly detail: unknown; readonly anchor: Anchor | undefined },
): Container {
  const isKeyed = hasKeys(kind, detail);
  const indexes = PAIRED.get(kind);
  const isSound =
    (isKeyed || LISTED.has(kind)) &&
    isKeyed === (keys !== undefined) &&
    (indexes === undefined ||
      (children.length % 2 === 0 && children.every((child, i) => i % 2 === 1 || indexes(child))));
  if (!isSound) throw damaged(`a stored ${kind} is none`);
  if (kind !== "entries") return new Container(kind as ContainerKind, children, { keys, detail, anchor });
  const [names, values] = [0, 1].map((odd) => children.filter((_, i) => i % 2 === odd));
  return new Container("object", values!, { keys: names as string[], anchor });
}

/** Whether the children of a container are its properties. */
function hasKeys(kind: Annotation[0], detail: unknown): boolean {
  return kind === "object" || kind === "dict" || (kind === "error" && !Array.isArray(detail));
}

/** The others. */
const LISTED: ReadonlySet<string> = new Set(["array", "sparse", "map", "set", "instance", "error", "entries"]);
/** Those of which every other child says where the next one belongs, and what it may be. */
const PAIRED: ReadonlyMap<string, (child: Slot) => boolean> = new Map<string, (child: Slot) => boolean>([
  ["map", () => true],
  ["sparse", (child) => typeof child === "number"],
  ["entries", (child) => typeof child === "string"],
]);

function bottomOf(chunk: Chunk): Stream {
  let bottom = chunk;
  while (bottom.members !== undefined) bottom = bottom.members[0]!;
  return bottom.stream!;
}

function leavesOf(chunks: readonly Chunk[]): Chunk[] {
  return chunks.flatMap((chunk) => (chunk.members === undefined ? [chunk] : leavesOf(chunk.members)));
}
