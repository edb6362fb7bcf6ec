import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** A page's module with the store in it, as one file: workers may run the same. */
export async function pageCode(module: URL): Promise<string> {
  const input = fileURLToPath(module);
  const result = await build({
    configFile: false,
    logLevel: "warn",
    root: dirname(input),
    resolve: {
      alias: [
        { find: /^waystone$/, replacement: source("index.ts") },
        { find: /^waystone\/(.+)$/, replacement: source("$1.ts") },
      ],
    },
    build: {
      write: false,
      target: "esnext",
      minify: false,
      modulePreload: false,
      // What a package only imports when it needs it is in the one file, too: a service worker can import nothing late.
      rolldownOptions: { input, output: { codeSplitting: false } },
    },
  });
  const { output } = result as Rollup.RollupOutput;
  if (output.length !== 1) throw new Error(`the page's code fell into ${output.length} files`);
  return output[0].code;
}
