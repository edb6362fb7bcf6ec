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
    { name: "Postgres", isHere: machine.hasPostgres, packages: "postgresql" },
    { name: "nats-server", isHere: machine.hasNats, packages: "nats-server" },
    { name: `a disk to cut the power of (${whyNoPowerCut})`, isHere: whyNoPowerCut === undefined },
  ];
  const missing = parts.filter(({ isHere }) => !isHere);
  const required = missing.filter(({ browser }) => browser && askedFor(browser) === "required");
  if (required.length > 0) throw new Error(`WAYSTONE_ENGINES asks for what is not here: ${list(required)}`);
  return missing.length === 0 ? undefined : `Not found, so what needs it is left out: ${list(missing)}`;
}

function list(parts: readonly Part[]): string {
  const packages = parts.flatMap(({ packages }) => packages ?? []);
  const advice = packages.length > 0 ? ` To add: apt-get install ${packages.join(" ")}` : "";
  return `${parts.map(({ name }) => name).join(", ")}.${advice}`;
}
