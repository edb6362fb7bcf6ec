import { diffWordsWithSpace } from "diff";

/** A stretch of text that two texts share, or that one of them has. */
export interface TextPart {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** How much of what is the same is shown around a change. */
const CONTEXT = 60;
/** Longer changes than these are shown as one removal and one addition, cut to this length. */
const MOST_CHARACTERS = 20_000;
const MOST_EDITS = 400;

/**
 * Returns what changed between two texts, word by word. What both have is cut to a little around the changes.
 *
 * @param before - The text before.
 * @param after - The text after.
 */
export function textChanges(before: string, after: string): TextPart[] {
  const start = sameLength(before, after, (text, i) => text[i]);
  const rest = [before.slice(start), after.slice(start)] as const;
  const end = sameLength(...rest, (text, i) => text[text.length - 1 - i]);
  // The words at the edges are compared whole.
  const from = wordStart(before, start);
  const till = before.length - end + wordLength(before, before.length - end);
  const middle = [before.slice(from, till), after.slice(from, till + after.length - before.length)] as const;
  return [
    { kind: "same" as const, text: lastOf(before.slice(0, from)) },
    ...wordChanges(...middle).map((part, i, { length }) => shortened(part, i, length)),
    { kind: "same" as const, text: firstOf(before.slice(till)) },
  ].filter(({ text }) => text !== "");
}

function wordChanges(before: string, after: string): TextPart[] {
  const isLong = before.length > MOST_CHARACTERS || after.length > MOST_CHARACTERS;
  const changes = isLong ? undefined : diffWordsWithSpace(before, after, { maxEditLength: MOST_EDITS });
  if (changes === undefined) {
    return [
      { kind: "removed", text: cut(before) },
      { kind: "added", text: cut(after) },
    ];
  }
  return changes.map(({ added, removed, value }) => ({
    kind: added ? "added" : removed ? "removed" : "same",
    text: value,
  }));
}

function shortened({ kind, text }: TextPart, index: number, count: number): TextPart {
  if (kind !== "same" || text.length <= 2 * CONTEXT) return { kind, text };
  if (index === 0) return { kind, text: lastOf(text) };
  return { kind, text: index === count - 1 ? firstOf(text) : `${text.slice(0, CONTEXT)} … ${text.slice(-CONTEXT)}` };
}

function sameLength(a: string, b: string, at: (text: string, i: number) => string | undefined): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && at(a, length) === at(b, length)) length += 1;
  return length;
}

const WORD = /[\p{L}\p{N}_]*/uy;

function wordStart(text: string, index: number): number {
  let start = index;
  while (start > 0 && index - start < CONTEXT && /[\p{L}\p{N}_]/u.test(text[start - 1]!)) start -= 1;
  return start;
}

function wordLength(text: string, index: number): number {
  WORD.lastIndex = index;
  return Math.min(WORD.exec(text)?.[0].length ?? 0, CONTEXT);
}

const lastOf = (text: string) => (text.length > CONTEXT ? `…${text.slice(-CONTEXT).replace(/^\S{0,20}\s/, "")}` : text);
const firstOf = (text: string) =>
  text.length > CONTEXT ? `${text.slice(0, CONTEXT).replace(/\s\S{0,20}$/, "")}…` : text;
const cut = (text: string) => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
