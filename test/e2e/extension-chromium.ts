import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext } from "playwright";
import { chromium } from "playwright";
import { build } from "vite";
import { findChromium } from "../engines/chromium.mjs";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The extension as built for a test, with the probe in it. */
export interface BuiltExtension {
  readonly dir: string;
  remove(): Promise<void>;
}

/** A folder for an extension. The profiles of the browsers that it runs in lie beside it, and go with it. */
export async function makeExtensionFolder(): Promise<BuiltExtension> {
  await mkdir(path(".cache"), { recursive: true });
  const folder = await mkdtemp(path(".cache/e2e-extension-"));
  const dir = join(folder, "extension");
  await mkdir(dir);
  return { dir, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function buildExtension(mode: "production" | "firefox" = "production"): Promise<BuiltExtension> {
  const made = await makeExtensionFolder();
  await build({
    configFile: path("demo/extension/vite.config.ts"),
    mode,
    logLevel: "error",
    build: {
      outDir: made.dir,
      rolldownOptions: { input: { probe: path("test/e2e/extension-probe.ts") }, preserveEntrySignatures: "strict" },
    },
  });
  return made;
}

/** A Chromium with an extension in it. */
export class ExtensionChromium {
  readonly context: BrowserContext;
  /** What pages and workers complained about. */
  readonly complaints: string[] = [];
  readonly #id: string;

  private constructor(context: BrowserContext, id: string) {
    this.context = context;
    this.#id = id;
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (error) => this.complaints.push(`uncaught: ${String(error.error())}`));
  }

  static async start({ dir }: BuiltExtension): Promise<ExtensionChromium> {
    const { executablePath, args } = await findChromium();
    const context = await chromium.launchPersistentContext(await mkdtemp(`${dir}-profile-`), {
      executablePath,
      headless: true,
      // As large as the popup.
      viewport: { width: 440, height: 590 },
      // Or what moves takes more of the processor than the agent.
      reducedMotion: "reduce",
      ignoreDefaultArgs: ["--disable-extensions"],
      args: [...args, "--enable-unsafe-extension-debugging"],
    });
    // Chrome, unlike Chromium, takes no extension from its command line.
    const session = await context.browser()!.newBrowserCDPSession();
    const { id } = await session.send("Extensions.loadUnpacked", { path: dir });
    return new ExtensionChromium(context, id);
  }

  url(page: string): string {
    return `chrome-extension://${this.#id}/${page}`;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
