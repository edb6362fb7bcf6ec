import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import rootConfig from "../../vite.config.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig(async (environment) => {
  const { resolve } = await rootConfig(environment);
  return {
    root: path("."),
    // An extension's pages find their parts beside them.
    base: "./",
    ...(resolve && { resolve }),
    build: {
      outDir: path("dist"),
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { page: path("page.html"), worker: path("worker.ts") },
        // The manifest names the worker's file.
        output: { entryFileNames: "[name].js" },
      },
    },
  };
});
