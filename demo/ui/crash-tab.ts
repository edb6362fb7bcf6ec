/** One element more than an array of Chromium's can have. */
const TOO_MANY = 2 ** 27 + 1;

/**
 * Ends the process of this tab, as a bug in the browser would: nothing of the page gets to do anything any more.
 *
 * @throws Error in a browser that does not end over it.
 */
export function crashTab(): never {
  // Chromium has no exception for that: it gives up.
  const parts = "x".repeat(TOO_MANY).split("");
  throw new Error(`This browser survives it (${parts.length} elements). Close the tab instead.`);
}
