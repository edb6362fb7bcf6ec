/// <reference types="vite/client" />

/** Whether the long forms of the randomised tests are asked for: `npm run test:long`. */
const isLong = import.meta.env.WAYSTONE_LONG === "1";

/** How often a randomised test is to be run. */
export function times({ short, long }: { readonly short: number; readonly long: number }): number {
  return isLong ? long : short;
}
