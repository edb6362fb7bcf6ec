/// <reference types="vite/client" />

/** Whether the long forms of the randomised tests are asked for: `npm run test:long`. */
const isLong = import.meta.env.MODE === "long";

/** What a test is to do, most often how many times, in its short form and in its long one. */
export function times<T = number>({ short, long }: { readonly short: T; readonly long: T }): T {
  return isLong ? long : short;
}
