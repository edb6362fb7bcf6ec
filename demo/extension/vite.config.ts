import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vite";
import rootConfig from "../../vite.config.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const readJson = async (name: string) => JSON.parse(await readFile(path(name), "utf8")) as Record<string, unknown>;

/** What Firefox wants to be told: an id, and an event page, which it stops as Chrome does a worker. */
function forFirefox({ minimum_chrome_version: _, ...manifest }: Record<string, unknown>) {
  return {
    ...manifest,
    background: { scripts: ["background.js"], type: "module" },
    browser_specific_settings: { gecko: { id: "baseline-scout@waystone.example", strict_min_version: "128.0" } },
  };
}

/** Adds the manifest, with the package's version. */
function manifest(isForFirefox: boolean): Plugin {
  return {
    name: "extension-manifest",
    async generateBundle() {
      const [base, { version }] = await Promise.all([readJson("manifest.json"), readJson("../../package.json")]);
      const source = isForFirefox ? forFirefox(base) : base;
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
  const isForFirefox = environment.mode === "firefox";
  return {
    root: path("."),
    // An extension's pages find their parts beside them.
    base: "./",
    plugins: [plugins, manifest(isForFirefox)],
    ...(resolve && { resolve }),
    build: {
      outDir: path(isForFirefox ? "dist-firefox" : "dist"),
      target: isForFirefox ? "firefox128" : "chrome123",
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
