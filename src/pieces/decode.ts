import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { contentsOf } from "./binding.ts";
import { EACH, type Annotation, type Reference } from "./content.ts";
import { sumOf, type EncodedBlock, type RootPlace } from "./encode.ts";
import { countOf, isAscending, numbersIn, type Runs } from "./runs.ts";

/** An encoded state, as records hold it: its root, and the blocks that it needs. */
export interface StoredState {
  readonly root: unknown;
  readonly blocks: readonly EncodedBlock[];
  readonly needs: Runs;
  readonly contents: number;
}

/** What a state is decoded with. */
export type DecodeOptions = RootPlace & {
  readonly codec: Codec;
  readonly store: string;
  /** What was sealed for the head, as it was encoded; absent where there is no such. */
  readonly sealed?: unknown;
};

/** The content of one chunk as the codec gave it back, with its annotations. */
export interface Content {
  /** JSON-like, or bytes; once its annotations were carried out, what they have made of it. */
  value: unknown;
  /** The annotations that hold for each element. */
  readonly each: readonly Annotation[];
  /** The other annotations of this chunk. */
  readonly own: readonly Annotation[];
  /** If the chunk is a group: the stream of which its content is runs. */
  readonly gathered: number | undefined;
  readonly block: number;
  /** About how many bytes of the block it takes. */
  readonly bytes: number;
}

/** A decoded state, not put together yet. */
export interface Decoded {
  readonly root: Content;
  readonly blocks: readonly EncodedBlock[];
  /** Of the blocks, where the codec makes them. */
  readonly fingerprints: readonly Uint8Array[];
  readonly contents: Contents;
}

/** Makes the error for stored data that is not what was written. */
export function damaged(message: string, cause?: unknown): CheckpointStoreError {
  return new CheckpointStoreError("corrupted", message, { cause });
}

/**
 * A chunk that is used in several places is stored once, so a few stored bytes can stand for very many. This is how
 * many bytes a state may take beyond what is stored of it.
 */
const MAX_REPEATED_BYTES = 2 ** 29;
/** What a further use of a chunk counts as, beside its content: it takes time and memory even if the chunk is empty. */
const BYTES_OF_USE = 256;
/** What an annotation that holds for each element counts as, for each of them. */
const BYTES_OF_SAYING = 16;

/** The contents of chunks, by stream and number. */
export class Contents {
  readonly #streams = new Map<number, Map<number, Content>>();
  readonly #ends = new Map<number, number>();
  readonly #used = new Set<Content>();
  #repeatedBytes = 0;

  add(stream: number, number: number, content: Content): void {
    let chunks = this.#streams.get(stream);
    if (chunks === undefined) this.#streams.set(stream, (chunks = new Map()));
    if (chunks.has(number)) throw damaged(`chunk ${stream}.${number} is there twice`);
    chunks.set(number, content);
    this.#ends.set(stream, Math.max(number + 1, this.endOf(stream)));
    if (content.each.length > 0 && Array.isArray(content.value)) {
      this.#repeat(content.each.length * content.value.length * BYTES_OF_SAYING);
    }
  }

  /** 1 more than the highest number of a stream's chunks. */
  endOf(stream: number): number {
    return this.#ends.get(stream) ?? 0;
  }

  /** The chunks that a reference names. */
  *at([stream, next, ...runs]: Reference): Generator<readonly [number: number, content: Content]> {
    const chunks = this.#streams.get(stream);
    for (const number of numbersIn(runs.length === 0 ? [0, next] : runs)) {
      const content = chunks?.get(number);
      if (content === undefined) throw damaged(`chunk ${stream}.${number} is missing`);
      if (this.#used.has(content)) this.#repeat(BYTES_OF_USE + lengthOf(content.value));
      else this.#used.add(content);
      yield [number, content];
    }
  }

  /** @throws `corrupted` once repetitions add up to more than {@link MAX_REPEATED_BYTES}. */
  #repeat(bytes: number): void {
    this.#repeatedBytes += bytes;
    if (this.#repeatedBytes > MAX_REPEATED_BYTES) throw damaged("what it repeats is more than a state can be");
  }
}

/**
 * Checks and decodes a state. Returns a promise only if the codec does.
 *
 * @throws `corrupted`, and what the codec throws.
 */
export function decodeState(stored: StoredState, options: DecodeOptions): Decoded | Promise<Decoded> {
  const { root, blocks } = stored;
  const { codec, store } = options;
  requireNeeded(blocks, stored);
  const fingerprints = fingerprintsOf(blocks, codec);
  const decoding = blocks.map(({ payload, binary }) => {
    const position: Place["position"] = binary === undefined ? { part: "pieces" } : { part: "bytes", binary };
    return decodeOne(payload, codec, { store, position });
  });
  decoding.push(decodeOne(root, codec, placeOfRoot(stored, fingerprints, options)));
  const finish = (values: readonly unknown[]): Decoded => {
    const contents = new Contents();
    blocks.forEach((block, i) => addAll(contents, block, values[i]));
    return { root: rootOf(values[blocks.length]), blocks, fingerprints, contents };
  };
  return decoding.some((one) => one instanceof Promise) ? Promise.all(decoding).then(finish) : finish(decoding);
}

/** The root of a state, encoded for another place, to which the same blocks belong. @throws As {@link decodeState}. */
export async function rebindRoot(
  stored: StoredState,
  { from, to }: { readonly from: DecodeOptions; readonly to: RootPlace & { readonly sealed?: unknown } },
): Promise<unknown> {
  const { codec } = from;
  const fingerprints = fingerprintsOf(stored.blocks, codec);
  const value = await decodeOne(stored.root, codec, placeOfRoot(stored, fingerprints, from));
  return codec.encode(value, placeOfRoot(stored, fingerprints, { ...from, ...to }));
}

function placeOfRoot(
  { contents: sums }: StoredState,
  fingerprints: readonly Uint8Array[],
  { codec, store, sealed, ...place }: DecodeOptions,
): Place {
  return { store, position: { ...place, contents: contentsOf({ sums, fingerprints }, { codec, sealed }) } };
}

function fingerprintsOf(blocks: readonly EncodedBlock[], codec: Codec): Uint8Array[] {
  return codec.fingerprint === undefined ? [] : blocks.map(({ payload }) => codec.fingerprint!(payload));
}

/** @throws `corrupted` unless the blocks are the very ones that the checkpoint was saved with. */
export function requireNeeded(
  blocks: readonly EncodedBlock[],
  { needs, contents }: Pick<StoredState, "needs" | "contents">,
): void {
  if (!isAscending(needs)) throw damaged("its record does not say what it needs");
  let i = 0;
  let sums = 0;
  if (blocks.length !== countOf(needs)) {
    const found = new Set(blocks.map(({ block }) => block));
    for (const number of numbersIn(needs)) if (!found.has(number)) throw damaged(`block ${number} is missing`);
  }
  for (const number of numbersIn(needs)) {
    const block = blocks[i]!;
    i += 1;
    if (block.block !== number || block.sum !== sumOf(block)) throw damaged(`block ${number} is not what was written`);
    sums += block.sum;
  }
  if (sums !== contents) throw damaged("its blocks are not those that it was saved with");
}

function decodeOne(payload: unknown, codec: Codec, place: Place): unknown {
  try {
    const value = codec.decode(payload, place);
    return value instanceof Promise ? value.catch(refuse) : value;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw error instanceof CheckpointStoreError ? error : damaged("a stored block can't be decoded", error);
}

function addAll(contents: Contents, block: EncodedBlock, value: unknown): void {
  const { binary } = block;
  if (binary !== undefined) {
    if (!(value instanceof Uint8Array)) throw damaged(`block ${block.block} has no bytes`);
    const { bytes } = block;
    contents.add(binary[0], binary[1], { value, each: [], own: [], gathered: undefined, block: block.block, bytes });
    return;
  }
  if (!Array.isArray(value)) throw damaged(`block ${block.block} has no pieces`);
  const count = (value as unknown[][]).reduce((sum, piece) => sum + ((piece?.[2] as unknown[])?.length ?? 0), 0);
  const bytes = block.bytes / Math.max(1, count);
  for (const piece of value as unknown[]) {
    if (!Array.isArray(piece)) throw damaged(`block ${block.block} has no pieces`);
    const [stream, first, list, annotations = [], gathered] = piece as unknown[];
    if (!Number.isSafeInteger(stream) || !Number.isSafeInteger(first) || !Array.isArray(list)) {
      throw damaged(`block ${block.block} has no pieces`);
    }
    const { each, own } = sortOut(annotations, list.length);
    for (let i = 0; i < list.length; i += 1) {
      contents.add(stream as number, (first as number) + i, {
        value: list[i] as unknown,
        each,
        own: own.get(i) ?? [],
        gathered: gathered as number | undefined,
        block: block.block,
        bytes,
      });
    }
  }
}

function rootOf(value: unknown): Content {
  if (!Array.isArray(value) || value.length < 1) throw damaged("its record has no content");
  const { each, own } = sortOut((value as unknown[])[1] ?? [], 1);
  return { value: (value as unknown[])[0], each, own: own.get(0) ?? [], gathered: undefined, block: -1, bytes: 0 };
}

/** Sorts the annotations of a piece by the chunk that they are about. */
function sortOut(annotations: unknown, count: number): { each: Annotation[]; own: Map<number, Annotation[]> } {
  const each: Annotation[] = [];
  const own = new Map<number, Annotation[]>();
  if (!Array.isArray(annotations)) throw damaged("a stored piece has no annotations");
  for (const annotation of annotations as unknown[]) {
    const path: unknown = Array.isArray(annotation) ? annotation[1] : undefined;
    if (!Array.isArray(path) || path.length === 0) throw damaged("a stored annotation has no path");
    const step: unknown = path[0];
    if (step === EACH) each.push(annotation as unknown as Annotation);
    else if (typeof step === "number" && step >= 0 && step < count) {
      const others = own.get(step);
      if (others === undefined) own.set(step, [annotation as unknown as Annotation]);
      else others.push(annotation as unknown as Annotation);
    } else throw damaged("a stored annotation leads nowhere");
  }
  return { each, own };
}

function lengthOf(value: unknown): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 0;
}
