import { fileURLToPath } from "node:url";
import type { UserConfig } from "vite";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import rootConfig from "../vite.config.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Makes the page one to install: a service worker that keeps all its files, and the manifest. */
const offline = () =>
  VitePWA({
    // A new version waits until someone asks for it: see `ui/update-offer.ts`.
    registerType: "prompt",
    includeAssets: ["icon.svg"],
    manifest: {
      name: "Baseline scout",
      short_name: "Scout",
      description: "An agent that finds out what your app needs of browsers. Every step is a checkpoint.",
      display: "standalone",
      background_color: "#f3f1ed",
      theme_color: "#f3f1ed",
      icons: [
        { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
        { src: "icon-192.png", sizes: "192x192", type: "image/png" },
        { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
        { src: "icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
      ],
    },
    workbox: { globPatterns: ["**/*.{html,js,css,svg,png}"], cleanupOutdatedCaches: true },
  });

export default defineConfig(async (environment): Promise<UserConfig> => {
  const { plugins, resolve } = await rootConfig(environment);
  return {
    root: path("."),
    // The page may lie in any folder of a server.
    base: "./",
    plugins: [plugins, offline()],
    // Of Lit, what users get, while the page is being worked on, too.
    resolve: { ...resolve, conditions: ["module", "browser", "production"] },
    build: {
      outDir: path("dist"),
      emptyOutDir: true,
      target: "es2023",
      // The data is one chunk, and LangGraph.js another, which comes when it is wanted.
      chunkSizeWarningLimit: 1100,
      rolldownOptions: { input: { index: path("index.html"), kit: path("kit/index.html") } },
    },
  };
});
