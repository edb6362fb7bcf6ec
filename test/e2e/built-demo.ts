import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The demo as it is built and served to users. */
export interface BuiltDemo {
  readonly url: string;
  /** Publishes another version, whose page has this title. */
  publish(title: string): Promise<void>;
  close(): Promise<void>;
}

/** Builds the demo and serves it on a free port. */
export async function serveBuiltDemo(): Promise<BuiltDemo> {
  await mkdir(path(".cache"), { recursive: true });
  const outDir = await mkdtemp(path(".cache/e2e-demo-"));
  const options = { configFile: path("demo/vite.config.ts"), logLevel: "error", build: { outDir } } as const;
  await build(options);
  const server = await preview({ ...options, preview: { port: 0 } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("The demo's server has no address.");
  const change = async (name: string, edit: (text: string) => string) => {
    const file = join(outDir, name);
    const before = await readFile(file, "utf8");
    const after = edit(before);
    if (after === before) throw new Error(`Nothing was changed in ${name}.`);
    await writeFile(file, after);
  };
  return {
    url,
    async publish(title) {
      await change("index.html", (text) => text.replace(/<title>.*<\/title>/, `<title>${title}</title>`));
      // The worker knows each file by its revision.
      await change("sw.js", (text) => text.replace(/("index\.html",\s*"?revision"?:\s*")[^"]*/, `$1${title}`));
    },
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
