import { askedFor, type Browser } from "./asked-for.mjs";
import type { Machine } from "./tiers.ts";

interface Part {
  readonly name: string;
  readonly isHere: boolean;
  /** The browser that it is, or is of, and Debian's packages of it. */
  readonly browser?: Browser;
  readonly packages?: string;
}

/**
 * One line about what was not found, or `undefined` where all is there.
 *
 * @throws where `WAYSTONE_ENGINES` says that a browser has to be there which is not.
 */
export function tellMissing(machine: Machine, whyNoPowerCut: string | undefined): string | undefined {
  const parts: readonly Part[] = [
    {
      name: "a Chromium that loads extensions",
      isHere: machine.hasFullChromium,
      browser: "chromium",
      packages: "chromium",
    },
    { name: "Firefox", isHere: machine.hasFirefox, browser: "firefox", packages: "firefox-esr" },
    { name: "WebKitGTK", isHere: machine.hasWebKit, browser: "webkit", packages: "webkit2gtk-driver xvfb" },
    { name: `a disk to cut the power of (${whyNoPowerCut})`, isHere: whyNoPowerCut === undefined },
  ];
  const missing = parts.filter(({ isHere }) => !isHere);
  if (missing.length === 0) return undefined;
  const packages = missing.flatMap(({ packages }) => packages ?? []);
  const line =
    `Not found, and left out with all that needs it: ${missing.map(({ name }) => name).join(", ")}.` +
    (packages.length > 0 ? ` To add: apt-get install ${packages.join(" ")}` : "");
  if (missing.some(({ browser }) => browser && askedFor(browser) === "required")) throw new Error(line);
  return line;
}
