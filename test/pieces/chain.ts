import { expect } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";
import type { BlockLimits } from "../../src/pieces/layout/blocks.ts";
import type { Chunk } from "../../src/pieces/layout/chunk.ts";
import { decodeState, type Decoded } from "../../src/pieces/reading/decode.ts";
import { encodeState, type Encoded, type EncodedBlock } from "../../src/pieces/encode.ts";
import { Layout } from "../../src/pieces/layout/layout.ts";
import { readSnapshot } from "../../src/pieces/reading/read-snapshot.ts";
import { numbersIn } from "../../src/pieces/runs.ts";
import { capture } from "../../src/state/capture.ts";
import { isNode, type Node, type Slot, type Snapshot } from "../../src/state/snapshot.ts";

const HEAD = { id: "c", traceId: "t", seq: 1, timestamp: 0, createdAt: 0 };

/** Saves of one trace, one built on the other, with nothing around them: blocks are kept in a map. */
export class Chain {
  readonly blocks = new Map<number, EncodedBlock>();
  readonly saves: Encoded[] = [];
  layout: Layout;
  readonly #codec: Codec;
  readonly #limits: BlockLimits;
  #snapshot: Snapshot | undefined;
  #nextBlock = 0;

  constructor({ limits = {}, codec = createSuperjsonCodec() }: { limits?: BlockLimits; codec?: Codec } = {}) {
    this.#limits = limits;
    this.#codec = codec;
    this.layout = new Layout({ limits });
  }

  get snapshot(): Snapshot {
    return this.#snapshot!;
  }

  async save(state: unknown): Promise<Encoded> {
    const { custom } = this.#codec;
    const snapshot = capture(state, { base: this.#snapshot, holding: custom === undefined ? {} : { custom } });
    const encoded = await encodeState(this.layout, snapshot, { ...this.#options, nextBlock: this.#nextBlock });
    for (const block of encoded.blocks) {
      expect(block.block).toBe(this.#nextBlock);
      this.#nextBlock += 1;
      this.blocks.set(block.block, block);
    }
    this.#snapshot = snapshot;
    this.saves.push(encoded);
    return encoded;
  }

  /** What a save is read from, decoded. */
  async decode(save: Encoded): Promise<Decoded> {
    return decodeState({ ...save, blocks: this.blocksOf(save) }, this.#options);
  }

  blocksOf({ needs }: Encoded): EncodedBlock[] {
    return [...numbersIn(needs)].map((number) => this.blocks.get(number)!);
  }

  /** Goes on as another page would: from what is stored. */
  async reopen(): Promise<void> {
    const decoded = await this.decode(this.saves.at(-1)!);
    const { snapshot, layout } = readSnapshot(decoded, { nextNumber: this.layout.nextNumber, limits: this.#limits });
    this.#snapshot = snapshot;
    this.layout = layout;
  }

  get #options() {
    return { codec: this.#codec, store: "s", part: "state", head: HEAD } as const;
  }
}

/** Each chunk that a state is stored in, with the number of places that refer to it; and of each part, the same. */
export function countUses(
  { root }: Snapshot,
  layout: Layout,
): { chunks: Map<Chunk, number>; parts: Map<Node, number> } {
  const chunks = new Map<Chunk, number>();
  const parts = new Map<Node, number>();
  const open: (Node | Chunk)[] = apartIn([root], layout);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isNode(next)) {
      const uses = (parts.get(next) ?? 0) + 1;
      parts.set(next, uses);
      if (uses === 1) open.push(...layout.placings.peek(next)!.chunks!);
      continue;
    }
    const uses = (chunks.get(next) ?? 0) + 1;
    chunks.set(next, uses);
    if (uses === 1) open.push(...(next.members ?? []), ...next.references);
  }
  return { chunks, parts };
}

/** The parts stored on their own that stand in these places, however deep. */
function apartIn(slots: readonly Slot[], layout: Layout): Node[] {
  const found: Node[] = [];
  const open = slots.filter(isNode);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (layout.placings.peek(node)!.isApart) found.push(node);
    else if ("children" in node) open.push(...node.children.filter(isNode));
  }
  return found;
}
