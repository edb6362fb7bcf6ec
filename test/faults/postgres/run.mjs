// @ts-check
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    times: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`npm run faults:postgres -- [options]
  --only NAME,...    only these faults: sessions, commits, crashes, failovers
  --times N          so often each
  --write            put the lines into docs/postgres.md, in the place of those that were made again`);
  process.exit();
}

// The faults are TypeScript, which Node 20 does not read.
const path = fileURLToPath(new URL("long-run.ts", import.meta.url));
/** @type {{ module: typeof import("./long-run.ts") }} */
const { module } = await runnerImport(path, { configFile: false, logLevel: "warn" });
const isRight = await module.longRun({
  only: options.only?.split(","),
  times: options.times === undefined ? undefined : Number(options.times),
  isWritten: options.write,
});
process.exit(isRight ? 0 : 1);
