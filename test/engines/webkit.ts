import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProvider, BrowserProviderOption } from "vitest/node";
import { askedFor } from "./asked-for.mjs";
import { findExecutable } from "./executable.mjs";
import { profileOnDisk } from "./profile.ts";

/** The two programs that a WebKitGTK without a screen takes. */
export interface WebKit {
  readonly browser: string;
  readonly display: string;
}

/** The WebKitGTK to test in: the browser that `WAYSTONE_WEBKIT` names, else the one that comes with the engine, else none. */
export function findWebKit(): WebKit | undefined {
  if (askedFor("webkit") === "hidden") return undefined;
  const browser = findExecutable("WAYSTONE_WEBKIT", [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
  ]);
  const display = findExecutable("WAYSTONE_XVFB", ["Xvfb"]);
  return browser && display ? { browser, display } : undefined;
}

/**
 * Runs tests in a real WebKitGTK on a display of its own.
 *
 * The browser is started as a person would, with the page's address: driven by WebDriver it would keep IndexedDB in
 * memory.
 */
export function webkit(programs: WebKit): BrowserProviderOption {
  return defineBrowserProvider({
    name: "webkitgtk",
    supportedBrowser: ["webkit"],
    providerFactory: () => new WebKitProvider(programs),
  });
}

/** What WebKitGTK's browser takes to run on a display without a graphics card, and to keep all it keeps in one folder. */
export function webkitEnvironment({ display, profile }: { display: string; profile: string }): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DISPLAY: `:${display}`,
    GDK_BACKEND: "x11",
    GSETTINGS_BACKEND: "memory",
    LIBGL_ALWAYS_SOFTWARE: "1",
    NO_AT_BRIDGE: "1",
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    XDG_CACHE_HOME: profile,
    XDG_DATA_HOME: profile,
  };
}

class WebKitProvider implements BrowserProvider {
  readonly name = "webkitgtk";
  readonly supportsParallelism = false;
  readonly #programs: WebKit;
  readonly #running: ChildProcess[] = [];

  constructor(programs: WebKit) {
    this.#programs = programs;
    // For a run that ends without closing its providers.
    process.once("exit", () => this.#running.forEach((child) => child.kill()));
  }

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    await this.close();
    const profile = profileOnDisk("webkit");
    const xvfb = spawn(this.#programs.display, ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    this.#running.push(xvfb);
    const display = await firstLine(xvfb, xvfb.stdio[3] as Readable);
    const browser = spawn(this.#programs.browser, [url], {
      stdio: "ignore",
      env: webkitEnvironment({ display, profile }),
    });
    this.#running.unshift(browser);
    await once(browser, "spawn");
  }

  async close(): Promise<void> {
    for (const child of this.#running.splice(0)) {
      if (child.exitCode === null && child.kill()) await once(child, "exit");
    }
  }
}

async function firstLine(child: ChildProcess, stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line.trim();
  throw new Error(`${child.spawnfile} ended before it answered.`);
}
