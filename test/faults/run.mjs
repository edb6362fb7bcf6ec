// @ts-check
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    engine: { type: "string" },
    quick: { type: "boolean", default: false },
    times: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`npm run faults -- [options]
  --only NAME,...    only these faults: kill, torn-log, power, writers, mixed, quota, cleared, network, frozen
  --engine NAME,...  only these engines: chromium, chromium-sqlite, firefox, webkit
  --quick            less often, to see where things stand
  --times N          so often in each engine
  --write            put the lines into docs/reliability.md, in the place of those that were made again`);
  process.exit();
}

// The suite is TypeScript, which Node 20 does not read.
const path = fileURLToPath(new URL("long-run.ts", import.meta.url));
/** @type {{ module: typeof import("./long-run.ts") }} */
const { module } = await runnerImport(path, { configFile: false, logLevel: "warn" });
const isRight = await module.longRun({
  faults: options.only?.split(","),
  engines: options.engine?.split(","),
  isQuick: options.quick,
  times: options.times === undefined ? undefined : Number(options.times),
  isWritten: options.write,
});
process.exit(isRight ? 0 : 1);
