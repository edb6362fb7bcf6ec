/** Values without parts of their own: dates, expressions and URLs. */
import type { Copying } from "./containers.ts";
import { sameAtom } from "./equality.ts";
import { Atom, type Anchor } from "./snapshot.ts";

/** A part of a snapshot that stands for a date, an expression or a URL. */
export function atomOf(value: Date | RegExp | URL, anchor?: Anchor): Atom {
  const copy = copyOfAtomic(value);
  if (copy instanceof Date) return new Atom(copy.getTime(), copy, anchor);
  if (copy instanceof URL) return new Atom(copy.href, copy, anchor);
  return new Atom(`${copy.lastIndex}${String(copy)}`, copy, anchor);
}

/** Another object that is equal: all three can be changed in place. */
export function copyOfAtomic<T extends object>(value: T): T;
export function copyOfAtomic(value: Date | RegExp | URL): Date | RegExp | URL {
  switch (Object.prototype.toString.call(value)) {
    case "[object Date]":
      return new Date(Date.prototype.getTime.call(value));
    case "[object RegExp]": {
      const { source, flags, lastIndex } = value as RegExp;
      const copy = new RegExp(source, flags);
      copy.lastIndex = lastIndex;
      return copy;
    }
    default:
      return new URL((value as URL).href);
  }
}

/** A copy of one of the caller's; the one before it where that is equal. */
export function captureAtom(value: Date | RegExp | URL, { before, anchor }: Copying): Atom {
  const atom = atomOf(value, anchor);
  return before instanceof Atom && sameAtom(before, atom) ? before : atom;
}
