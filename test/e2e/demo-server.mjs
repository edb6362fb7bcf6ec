// @ts-check
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/**
 * Serves the demo as `npm run demo` does, on a free port.
 *
 * @returns {Promise<{ url: string, moduleUrl: (file: string) => string, close: () => Promise<void> }>} `moduleUrl` says
 * where a page can import a file of this folder from.
 */
export async function serveDemo() {
  const server = await createServer({
    configFile: path("demo/vite.config.ts"),
    // Apart from that of a server which may be running for someone to look at.
    cacheDir: path(".cache/vite-e2e"),
    logLevel: "error",
    server: { port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("The demo's server has no address.");
  return { url, moduleUrl: (file) => `/@fs${path(`test/e2e/${file}`)}`, close: () => server.close() };
}
