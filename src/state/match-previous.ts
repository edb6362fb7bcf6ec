/**
 * Finds what of the snapshot before is unchanged.
 *
 * Every part of a state is compared in full with one part of the snapshot before, its counterpart, and is that very
 * part if they are equal. Only which part that is, is guessed, by one rule: *a part's counterpart is what stood in its
 * place.* A place is a place in the counterpart of what holds the part:
 *
 * - in an object, the one under the same key;
 * - in a list, the one after the neighbour's. Where an element differs there from what stood, the list may have got out
 *   of step (a window that slides, an element put in or taken out): then the place is that of the element which shows
 *   the same {@link traits}.
 *
 * An object that the store has copied before brings its place along, wherever it stands now: it is that of its copy.
 * That says nothing about its content, since agents change their state in place.
 *
 * A wrong guess makes a copy where none was needed. As each part has just one counterpart, and gives it up to none but
 * itself, a capture takes time in proportion to the state.
 */
import { Atom, Binary, Container, isCopy, MIN_TEXT_LENGTH, sourceOf, Text, type Copy, type Slot } from "./snapshot.ts";

/** The copies of the caller's objects. Where a copy was since found equal to another object, it is that one's. */
export type Copies = WeakMap<object, Copy>;

/** What an object is compared with, which may be `stood`, what stood in its place. */
export function counterpartOf(value: object, { stood, copies }: { stood: Slot; copies: Copies }): Copy | undefined {
  const here = isCopy(stood) ? stood : undefined;
  if (here !== undefined && sourceOf(here) === value) return here;
  return ownCopyOf(value, copies) ?? here;
}

/** The copy of an object, where the store has copied it before. */
export function ownCopyOf(value: object, copies: Copies): Copy | undefined {
  const copy = copies.get(value);
  return copy !== undefined && sourceOf(copy) === value ? copy : undefined;
}

/** The part of a snapshot that stands where `path` leads in the state, as far as that is still the same. */
export function partAt(path: readonly number[], root: Slot): Slot {
  let slot = root;
  for (const index of path) {
    if (!(slot instanceof Container)) return undefined;
    slot = slot.children[slot.kind === "sparse" ? index * 2 + 1 : index];
  }
  return slot;
}

/** Where the children of an object stood, going through its keys one after another. */
export class KeyPlaces {
  readonly #keys: readonly string[];
  #next: number;
  #places: Map<string, number> | undefined;

  constructor(keys: readonly string[], next: number) {
    this.#keys = keys;
    this.#next = next;
  }

  /** The index of what stood under `key`; -1 where nothing did. */
  find(key: string): number {
    let place = this.#next;
    if (this.#keys[place] !== key) {
      this.#places ??= new Map(this.#keys.map((old, index) => [old, index]));
      place = this.#places.get(key) ?? -1;
    }
    if (place >= 0) this.#next = place + 1;
    return place;
  }
}

/** Where the elements of a list stood, going through them one after another. */
export class ElementPlaces {
  readonly #before: Container;
  readonly #copies: Copies;
  /** 2 where each element is followed by what belongs to it, as keys of a map are. */
  readonly #stride: 1 | 2;
  #next = 0;
  /** How many of the values to come belong to the last element. */
  #followed = 0;
  #wasOutOfStep = false;

  constructor(before: Container, { stride, copies }: { stride: 1 | 2; copies: Copies }) {
    this.#before = before;
    this.#copies = copies;
    this.#stride = stride;
  }

  /** The index of what stood in the place of the next value. */
  find(value: unknown): number {
    if (this.#followed > 0) this.#followed -= 1;
    else {
      this.#followed = this.#stride - 1;
      if (this.#mayBeOutOfStep(value)) this.#fallInStep(value);
    }
    const place = this.#next;
    this.#next += 1;
    return place;
  }

  #mayBeOutOfStep(value: unknown): boolean {
    const before = this.#before;
    // Past the end there is nothing to be found: the list has grown, which is what lists mostly do.
    if (this.#next >= before.children.length && !this.#wasOutOfStep) return false;
    if (typeof value === "object" && value !== null) {
      const stood = before.children[this.#next];
      if (isCopy(stood) && sourceOf(stood) === value) return false;
      return ownCopyOf(value, this.#copies) === undefined;
    }
    // Only the keys of a map lead to something that is worth comparing.
    return this.#stride === 2 || (typeof value === "string" && value.length >= MIN_TEXT_LENGTH);
  }

  #fallInStep(value: unknown): void {
    const before = this.#before;
    const isWithin = this.#next < before.children.length;
    const stood = before.children[this.#next];
    // Nearly always: told in a fraction of the time that traits take.
    if (isWithin && looksLike(value, stood)) return;
    const wanted = traits(value);
    if (isWithin && traits(stood) === wanted) return;
    this.#wasOutOfStep = true;
    const places = placesByTraits(before, this.#stride).get(wanted);
    if (places !== undefined) this.#next = places.find((place) => place >= this.#next) ?? places[0]!;
  }
}

const indexes = new WeakMap<Container, Map<number, number[]>>();

function placesByTraits(list: Container, stride: number): Map<number, number[]> {
  let index = indexes.get(list);
  if (index === undefined) {
    index = new Map();
    for (let i = 0; i < list.children.length; i += stride) {
      const shown = traits(list.children[i]);
      const places = index.get(shown);
      if (places === undefined) index.set(shown, [i]);
      else places.push(i);
    }
    indexes.set(list, index);
  }
  return index;
}

/** How much of an element tells it from its neighbours. */
const SHOWN_PARTS = 6;
const SHOWN_LENGTH = 24;

/** Whether the first primitives in a value are those of a copy. If not, they may still show the same traits. */
function looksLike(value: unknown, copy: Slot): boolean {
  if (!(copy instanceof Container) || typeof value !== "object" || value === null) return isSamePrimitive(value, copy);
  const { keys, children } = copy;
  for (let i = 0; i < children.length && i < SHOWN_PARTS; i += 1) {
    const part = (value as Readonly<Record<string | number, unknown>>)[keys?.[i] ?? i];
    const child = children[i];
    if (child instanceof Container && typeof part === "object" && part !== null) continue;
    if (!isSamePrimitive(part, child)) return false;
  }
  return true;
}

function isSamePrimitive(part: unknown, slot: Slot): boolean {
  if (part === slot) return true;
  if (slot instanceof Text) return slot.content === part;
  return slot instanceof Atom && part instanceof Date && part.getTime() === slot.key;
}

/** Of what shows nothing. */
const NO_TRAITS = 1;

/** A number that is the same for a value and its copy, and seldom for others: made of the first few primitives in it. */
function traits(value: unknown): number {
  if (typeof value !== "object" || value === null) return traitsOfPart(value);
  if (value instanceof Text || value instanceof Date) return traitsOfPart(value);
  if (value instanceof Atom) return value.value instanceof Date ? traitsOfPart(value) : NO_TRAITS;
  if (value instanceof Error) return traitsOfPart(value.message);
  if (Array.isArray(value)) return traitsOfParts(value);
  if (value instanceof Container) {
    if (value.kind === "instance") return traits(value.children[0]);
    if (value.kind === "error") return traitsOfPart(value.children[value.keys?.indexOf("message") ?? -1]);
    return value.kind === "array" || value.keys !== undefined ? traitsOfParts(value.children) : NO_TRAITS;
  }
  // Maps and typed arrays have one, to name but two.
  if (value instanceof Binary || Symbol.toStringTag in value) return NO_TRAITS;
  let shown = NO_TRAITS;
  let parts = 0;
  for (const key in value) {
    shown = mix(shown, traitsOfPart((value as Record<string, unknown>)[key]));
    parts += 1;
    if (parts === SHOWN_PARTS) break;
  }
  return shown;
}

function traitsOfParts(parts: readonly unknown[]): number {
  let shown = NO_TRAITS;
  for (let i = 0; i < parts.length && i < SHOWN_PARTS; i += 1) shown = mix(shown, traitsOfPart(parts[i]));
  return shown;
}

function traitsOfPart(part: unknown): number {
  switch (typeof part) {
    case "string":
      return traitsOfText(part);
    case "number":
      return traitsOfNumber(part);
    case "object":
      if (part instanceof Text) return traitsOfText(part.content);
      if (part instanceof Date) return traitsOfNumber(part.getTime());
      return part instanceof Atom && part.value instanceof Date ? traitsOfNumber(part.key as number) : 3;
    case "bigint":
      return Number(BigInt.asIntN(32, part));
    case "boolean":
      return part ? 5 : 7;
    default:
      return 11;
  }
}

/** Of a fraction, and of what is more than 32 bits, too. */
function traitsOfNumber(number: number): number {
  return Number.isFinite(number) ? mix(number | 0, (number / 2 ** 32) | 0) ^ ((number % 1) * 2 ** 31) : 13;
}

function traitsOfText(text: string): number {
  let shown = text.length;
  const end = Math.min(text.length, SHOWN_LENGTH);
  for (let i = 0; i < end; i += 1) shown = mix(shown, text.charCodeAt(i));
  return shown;
}

function mix(shown: number, part: number): number {
  return (Math.imul(shown, 31) + part) | 0;
}
