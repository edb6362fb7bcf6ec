import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vite";
import rootConfig from "../../vite.config.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const readJson = async (name: string) => JSON.parse(await readFile(path(name), "utf8")) as Record<string, unknown>;

/** Adds the manifest, with the package's version. */
function manifest(): Plugin {
  return {
    name: "extension-manifest",
    async generateBundle() {
      const [source, { version }] = await Promise.all([readJson("manifest.json"), readJson("../../package.json")]);
      this.emitFile({
        type: "asset",
        fileName: "manifest.json",
        source: `${JSON.stringify({ ...source, version }, undefined, 2)}\n`,
      });
    },
  };
}

export default defineConfig(async (environment) => {
  const { plugins, resolve } = await rootConfig(environment);
  return {
    root: path("."),
    // An extension's pages find their parts beside them.
    base: "./",
    plugins: [plugins, manifest()],
    ...(resolve && { resolve }),
    build: {
      outDir: path("dist"),
      target: "chrome123",
      modulePreload: { polyfill: false },
      // The data is one chunk, read from disk.
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: { popup: path("popup.html"), report: path("report.html"), background: path("background.ts") },
        output: {
          // The manifest names the worker's file.
          entryFileNames: "[name].js",
          chunkFileNames: "parts/[name]-[hash].js",
          assetFileNames: "parts/[name]-[hash][extname]",
        },
      },
    },
  };
});
