import type { CustomValues } from "../core/codec.ts";
import { Anchors } from "./anchors.ts";
import { captureAtom } from "./atoms.ts";
import { captureBlob, captureBytes } from "./blobs.ts";
import {
  Refusal,
  SHARED_BUFFER,
  shapeOf,
  shapeOfContent,
  storable,
  TOO_DEEP_TO_KEEP,
  type Holding,
  type Shape,
} from "./classify.ts";
import { captureContainer, type Copying, type PartCopier } from "./containers.ts";
import { refusalOf, surveyOf, type RefusalDetails, type Survey } from "./diagnose.ts";
import { counterpartOf, ownCopyOf, partAt, type Copies } from "./match-previous.ts";
import { bufferOf } from "./parts.ts";
import {
  type Binary,
  Atom,
  Container,
  isNode,
  isUsedBy,
  MAX_DEPTH,
  MIN_TEXT_LENGTH,
  setSource,
  sourceOf,
  Text,
  twinOf,
  use,
  type Copy,
  type Node,
  type Slot,
  type Snapshot,
} from "./snapshot.ts";

/** What a capture has to go by. */
export interface CaptureOptions {
  /** The snapshot before: what is equal in both is one and the same node in both. */
  readonly base?: Snapshot | undefined;
  readonly holding?: Holding;
  /** How the value is called in errors. Default is "state". */
  readonly name?: string;
  /** What errors are about. */
  readonly about?: RefusalDetails | undefined;
}

/** A snapshot that knows which objects of the caller's it was made of. */
class Captured implements Snapshot {
  readonly root: Slot;
  readonly hasShared: boolean;
  readonly replaced: ReadonlyMap<Node, Node>;
  readonly #copies: Copies;

  constructor({ root, hasShared, replaced }: Snapshot, copies: Copies) {
    this.root = root;
    this.hasShared = hasShared;
    this.replaced = replaced;
    this.#copies = copies;
  }

  /** Handed on from one snapshot to the next. */
  static copiesOf(snapshot: Snapshot): Copies | undefined {
    return #copies in snapshot ? snapshot.#copies : undefined;
  }
}

/**
 * A private copy of a value as it is now, sharing all that is equal with `base`.
 *
 * Equality is never taken from object identity: agents change their state in place.
 *
 * @throws CheckpointStoreError `serialization`, with the path of the first value that can't be stored without loss.
 */
export function capture(value: unknown, { base, holding = {}, name = "state", about }: CaptureOptions = {}): Snapshot {
  const copies: Copies = (base && Captured.copiesOf(base)) ?? new WeakMap();
  try {
    let survey: Survey | undefined = base?.hasShared === true ? surveyOf(value, holding) : undefined;
    for (;;) {
      const attempt = new Copier({ holding, copies, survey });
      try {
        const root = attempt.copy(value, base?.root);
        if (root instanceof Container && root.height >= MAX_DEPTH) throw new Refusal(TOO_DEEP_TO_KEEP);
        const { hasShared, replaced } = attempt;
        return new Captured({ root, hasShared, replaced }, copies);
      } catch (signal) {
        attempt.giveUp();
        if ((signal !== FOUND_SHARED && signal !== TOO_DEEP) || survey !== undefined) throw signal;
        survey = surveyOf(value, holding);
      }
    }
  } catch (cause) {
    throw refusalOf(value, { name, holding, about, cause });
  }
}

/** A snapshot of a root that was put together from parts, as a reader does. */
export function snapshotOf(root: Slot, hasShared: boolean): Snapshot {
  return { root, hasShared, replaced: new Map() };
}

/** Recursion goes this deep; what is deeper is copied first, from the bottom up. */
const MAX_RECURSION = 100;
/** Thrown on meeting an object again that was not known to be shared. */
const FOUND_SHARED = Symbol("found shared");
/** Thrown on nesting that was not cut. */
const TOO_DEEP = new RangeError("too deep to recurse");

let lastCapture = 0;

/** One attempt at copying a state. */
class Copier implements PartCopier {
  readonly copies: Copies;
  readonly replaced = new Map<Node, Node>();
  readonly #capture = ++lastCapture;
  readonly #holding: Holding;
  readonly #anchors: Anchors;
  readonly #met = new Set<object>();
  readonly #claimed: { copy: Copy; source: object; sourceBefore: object | undefined }[] = [];
  /** New copies, each with the one that stood in its place and may be what it replaces. */
  readonly #guessed: [copy: Container | Binary, before: Container | Binary][] = [];
  readonly #buffers = new Set<object>();
  readonly #survey: Survey | undefined;
  /** Of the survey's cuts, until they are met in their place. */
  readonly #cutCopies = new Map<object, Slot>();
  #currentCut: object | undefined;
  #depth = 0;
  #takenApart: unknown;

  constructor({ holding, copies, survey }: { holding: Holding; copies: Copies; survey: Survey | undefined }) {
    this.#holding = holding;
    this.copies = copies;
    this.#survey = survey !== undefined && survey.cuts.length > 0 ? survey : undefined;
    this.#anchors = new Anchors(survey?.shared);
  }

  get hasShared(): boolean {
    return this.#anchors.hasShared;
  }

  get custom(): CustomValues | undefined {
    return this.#holding.custom;
  }

  /** A copy of the whole state, which shares what is equal with `before`. */
  copy(value: unknown, before: Slot): Slot {
    for (const { value: cut, path } of this.#survey?.cuts ?? []) {
      this.#currentCut = cut;
      this.#cutCopies.set(cut, this.#object(cut, partAt(path, before)));
    }
    this.#currentCut = undefined;
    const root = this.copyPart(value, before);
    for (const { copy, source } of this.#claimed) this.copies.set(source, copy);
    for (const [copy, guess] of this.#guessed) {
      // What is there still, or has one successor, gets no other: two that went on from there would share its storage.
      if (isUsedBy(guess, this.#capture)) continue;
      use(guess, this.#capture);
      this.replaced.set(copy, guess);
    }
    return root;
  }

  /** To be called when it failed: a copy that is not known as its source's would not be taken for what it is. */
  giveUp(): void {
    for (const { copy, sourceBefore } of this.#claimed.reverse()) setSource(copy, sourceBefore);
  }

  copyPart(value: unknown, stood: Slot): Slot {
    switch (typeof value) {
      case "string":
        return value.length < MIN_TEXT_LENGTH ? value : this.#text(value, stood);
      case "object":
        return value === null ? null : this.#object(value, stood);
      default:
        return storable(value) as Slot;
    }
  }

  copyContent(value: unknown, stood: Slot): Slot {
    this.#takenApart = value;
    return this.copyPart(value, stood);
  }

  #text(value: string, stood: Slot): Text {
    if (!(stood instanceof Text)) return new Text(value);
    if (stood.content === value) return stood;
    const text = new Text(value);
    this.replaced.set(text, stood);
    return text;
  }

  #object(value: object, stood: Slot): Slot {
    if (this.#survey !== undefined) {
      const elsewhere = this.#acrossCuts(value, stood, this.#survey);
      if (elsewhere !== undefined) return elsewhere;
    }
    const capture = this.#capture;
    let before = counterpartOf(value, { stood, copies: this.copies });
    const isOwn = before !== undefined && sourceOf(before) === value;
    if (isOwn ? isUsedBy(before!, capture) : this.#met.has(value)) return this.#again(value, stood);
    if (isOwn && before instanceof Atom && this.#isSameDate(value, before)) {
      use(before, capture);
      return before;
    }
    const isContent = value === this.#takenApart;
    const shape = isContent ? shapeOfContent(value, this.#holding) : shapeOf(value, this.#holding);
    if (isOwn) use(before!, capture);
    else {
      this.#met.add(value);
      // One copy stands for one object: what is in use already can't stand for another.
      if (before !== undefined && isUsedBy(before, capture)) before = undefined;
    }
    const anchor = this.#anchors.anchorFor(value, { before, isOwn });
    let copy = this.#copyOf(value, shape, { before, anchor });
    if (copy === before && copy.anchor !== anchor) copy = twinOf(copy, anchor);
    if (copy !== before) {
      if (!(copy instanceof Atom) && isNode(before) && before.kind === copy.kind) {
        if (isOwn) this.replaced.set(copy, before);
        else this.#guessed.push([copy, before]);
      }
      this.#claimed.push({ copy, source: value, sourceBefore: undefined });
    } else if (!isOwn) {
      this.#claimed.push({ copy, source: value, sourceBefore: sourceOf(copy) });
    }
    setSource(copy, value);
    use(copy, capture);
    return copy;
  }

  /** What stands for an object whose place is below another cut than the current one, or that is a cut. */
  #acrossCuts(value: object, stood: Slot, { cutAbove }: Survey): Slot {
    if (value === this.#currentCut) return undefined;
    if (cutAbove.has(value) && cutAbove.get(value) !== this.#currentCut) return this.#again(value, stood);
    const copy = this.#cutCopies.get(value);
    if (copy !== undefined) this.#cutCopies.delete(value);
    return copy;
  }

  /** The shortest way to tell for the most common of atoms: states are full of them. */
  #isSameDate(value: object, before: Atom): boolean {
    return (
      !this.#anchors.isTold &&
      this.#holding.custom === undefined &&
      before.value instanceof Date &&
      value instanceof Date &&
      Object.is(value.getTime(), before.key)
    );
  }

  #again(value: object, stood: Slot): Slot {
    const alias = this.#anchors.referTo(value, { stood, copy: ownCopyOf(value, this.copies) });
    if (alias === undefined) throw FOUND_SHARED;
    return alias;
  }

  #copyOf(value: object, shape: Shape, copying: Copying): Copy {
    switch (shape) {
      case "date":
      case "regexp":
      case "url":
        return captureAtom(value as Date | RegExp | URL, copying);
      case "blob":
        return captureBlob(value as Blob, copying);
      case "bytes": {
        const buffer = bufferOf(value as ArrayBuffer | ArrayBufferView);
        if (this.#buffers.has(buffer)) throw new Refusal(SHARED_BUFFER);
        this.#buffers.add(buffer);
        return captureBytes(value as ArrayBuffer | ArrayBufferView, copying);
      }
      default: {
        if (this.#depth === MAX_RECURSION) throw TOO_DEEP;
        this.#depth += 1;
        const copy = captureContainer(value, { kind: shape, copying, copier: this });
        this.#depth -= 1;
        return copy;
      }
    }
  }
}
