import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

const source = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The page's module with the store in it, as one file: workers run the same. */
export async function pageCode(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    root: fileURLToPath(new URL("page/", import.meta.url)),
    resolve: { alias: [{ find: /^waystone$/, replacement: source("index.ts") }] },
    build: {
      write: false,
      target: "esnext",
      minify: false,
      modulePreload: false,
      rollupOptions: { input: fileURLToPath(new URL("page/client.ts", import.meta.url)) },
    },
  });
  const { output } = result as Rollup.RollupOutput;
  if (output.length !== 1) throw new Error(`the page's code fell into ${output.length} files`);
  return output[0].code;
}
