// @ts-check

const BROWSERS = /** @type {const} */ (["chromium", "firefox", "webkit"]);

/** @typedef {(typeof BROWSERS)[number]} Browser a browser that a machine may have of its own */

/**
 * Whether the tests use the machine's own browser of that kind, as `WAYSTONE_ENGINES` says:
 *
 * - not set: each one that is found is used.
 * - `all`: each one has to be there.
 * - names, such as `chromium,firefox`: these have to be there, and the others are not used.
 * - `bundled`: none is used.
 *
 * Where the machine's own Chromium is not used, the one that comes with the development dependencies is.
 *
 * @param {Browser} browser
 * @returns {"required" | "welcome" | "hidden"}
 */
export function askedFor(browser) {
  const asked = process.env.WAYSTONE_ENGINES;
  if (!asked) return "welcome";
  if (asked === "all") return "required";
  if (asked === "bundled") return "hidden";
  const names = asked.split(",");
  const unknown = names.find((name) => !BROWSERS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(`WAYSTONE_ENGINES names ${unknown}; it takes all, bundled, or some of ${BROWSERS.join(",")}.`);
  }
  return names.includes(browser) ? "required" : "hidden";
}
