/** Copies of containers, kind by kind. Each answers the copy before it where that is equal. */
import type { CustomValues } from "../core/codec.ts";
import { errorClass } from "./classify.ts";
import { sameDetail } from "./equality.ts";
import { ElementPlaces, KeyPlaces, type Copies } from "./match-previous.ts";
import {
  errorKeys,
  hasHoles,
  mapEntries,
  refuseLostProperties,
  setMembers,
  sparseEntries,
  takeApart,
} from "./parts.ts";
import { Container, sourceOf, Text, type Anchor, type ContainerKind, type Copy, type Slot } from "./snapshot.ts";

/** What a copy goes by. */
export interface Copying {
  /** What it is compared with. */
  readonly before: Copy | undefined;
  readonly anchor: Anchor | undefined;
}

/** Copies what stands in a container. */
export interface PartCopier {
  readonly copies: Copies;
  readonly custom: CustomValues | undefined;
  /** @param stood - What stood in the place of `value`. */
  copyPart(value: unknown, stood: Slot): Slot;
  /** The same for what an instance was taken apart into. */
  copyContent(value: unknown, stood: Slot): Slot;
}

/** @throws Refusal for what could not be given back equal. */
export function captureContainer(
  value: object,
  { kind, copying, copier }: { kind: ContainerKind; copying: Copying; copier: PartCopier },
): Container {
  const { before } = copying;
  switch (kind) {
    case "object":
      if (before instanceof Container && before.kind === "object") {
        return captureKnownObject(value as Record<string, unknown>, before, copying, copier);
      }
      return captureKeyed(value, { kind, keys: Object.keys(value) }, copying, copier);
    case "dict":
      return captureKeyed(value, { kind, keys: Object.keys(value) }, copying, copier);
    case "error": {
      const detail = errorClass(value);
      if (detail !== "DOMException")
        return captureKeyed(value, { kind, keys: errorKeys(value), detail }, copying, copier);
      const { message, name } = value as DOMException;
      return captureList([], { kind, detail: ["DOMException", message, name] }, copying, copier);
    }
    case "array": {
      const list = value as unknown[];
      // An array that was dense may have got holes; to list its keys for that would take longer than all the rest.
      const isKnown =
        before instanceof Container && before.kind === "array" && sourceOf(before) === value && !hasHoles(list);
      const entries = isKnown ? undefined : sparseEntries(list);
      if (entries === undefined) return captureList(list, { kind }, copying, copier);
      return captureList(entries, { kind: "sparse", detail: list.length }, copying, copier);
    }
    case "map":
      return captureList(mapEntries(value), { kind }, copying, copier);
    case "instance":
      return captureInstance(value, copying, copier);
    default:
      return captureList(setMembers(value), { kind }, copying, copier);
  }
}

/** Compares without listing the keys, up to the first difference: most of a state is objects that have none. */
function captureKnownObject(
  value: Record<string, unknown>,
  before: Container,
  copying: Copying,
  copier: PartCopier,
): Container {
  const oldKeys = before.keys!;
  const old = before.children;
  let i = 0;
  let isInStep = true;
  for (const key in value) {
    if (oldKeys[i] !== key) {
      isInStep = false;
      break;
    }
    const part = value[key];
    if (!isSame(part, old[i])) {
      const slot = copier.copyPart(part, old[i]);
      if (!Object.is(slot, old[i])) {
        const done = [...old.slice(0, i), slot];
        return captureKeyed(value, { kind: "object", keys: Object.keys(value), done }, copying, copier);
      }
    }
    i += 1;
  }
  if (isInStep && i === oldKeys.length) return before;
  return captureKeyed(value, { kind: "object", keys: Object.keys(value), done: old.slice(0, i) }, copying, copier);
}

function captureKeyed(
  value: object,
  { kind, keys, detail, done = [] }: { kind: ContainerKind; keys: string[]; detail?: string; done?: Slot[] },
  copying: Copying,
  copier: PartCopier,
): Container {
  const before = counterpart(copying, kind, detail);
  const places = before === undefined ? undefined : new KeyPlaces(before.keys!, done.length);
  const children = done;
  let isSameSoFar = before !== undefined && done.length === 0 && before.children.length === keys.length;
  for (let i = done.length; i < keys.length; i += 1) {
    const key = keys[i]!;
    const place = places === undefined ? -1 : places.find(key);
    const old = place < 0 ? undefined : before!.children[place];
    const part = (value as Record<string, unknown>)[key];
    const slot = place >= 0 && isSame(part, old) ? old : copier.copyPart(part, old);
    if (place !== i || !Object.is(slot, old)) isSameSoFar = false;
    children.push(slot);
  }
  if (isSameSoFar) return before!;
  if (kind !== "error") refuseLostProperties(value, keys);
  return new Container(kind, children, { keys, detail, anchor: copying.anchor });
}

function captureList(
  values: readonly unknown[],
  { kind, detail }: { kind: ContainerKind; detail?: unknown },
  copying: Copying,
  copier: PartCopier,
): Container {
  const given = copying.before;
  // A list may have grown or shrunk, of whatever kind: its detail is compared in the end.
  const before = given instanceof Container && given.kind === kind ? given : undefined;
  if (before === undefined) {
    const children = values.map((value) => copier.copyPart(value, undefined));
    return new Container(kind, children, { detail, anchor: copying.anchor });
  }
  const stride = kind === "map" || kind === "sparse" ? 2 : 1;
  const places = new ElementPlaces(before, { stride, copies: copier.copies });
  const old = before.children;
  let children: Slot[] | undefined;
  let same = values.length;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    const place = places.find(value);
    const stood = old[place];
    const isThere = place < old.length;
    const slot = isThere && isSame(value, stood) ? stood : copier.copyPart(value, stood);
    if (children === undefined) {
      if (isThere && place === i && Object.is(slot, stood)) continue;
      children = old.slice(0, i);
      same = i;
    }
    children.push(slot);
  }
  if (children === undefined && values.length === old.length && sameDetail(before.detail, detail)) return before;
  const grownFrom = same === old.length ? before : undefined;
  return new Container(kind, children ?? old.slice(0, values.length), { detail, anchor: copying.anchor, grownFrom });
}

function captureInstance(value: object, copying: Copying, copier: PartCopier): Container {
  const { name, content } = takeApart(value, copier.custom!);
  const before = counterpart(copying, "instance", name);
  const slot = copier.copyContent(content, before?.children[0]);
  if (before !== undefined && Object.is(slot, before.children[0])) return before;
  return new Container("instance", [slot], { detail: name, anchor: copying.anchor });
}

function counterpart({ before }: Copying, kind: ContainerKind, detail: unknown): Container | undefined {
  return before instanceof Container && before.kind === kind && before.detail === detail ? before : undefined;
}

/** Whether a part is a primitive, or a text, that is still the same. */
function isSame(part: unknown, old: Slot): boolean {
  if (part === old) return part !== 0 || Object.is(part, old);
  return typeof part === "string" && old instanceof Text && old.content === part;
}
