// @ts-check
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "500" },
    saves: { type: "string", default: "20" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (options.help) {
  console.log(`npm run bench:postgres -- [options]
  --steps N  so many steps of one run, to see what they take on disk and in the log (500)
  --saves N  so many saves of each writer, to see how many a second there are (20)
  --write    put the table into docs/postgres.md`);
  process.exit();
}

// It is TypeScript, which Node 20 does not read.
const path = fileURLToPath(new URL("measure.ts", import.meta.url));
/** @type {{ module: typeof import("./measure.ts") }} */
const { module } = await runnerImport(path, { configFile: false, logLevel: "warn" });
const table = await module.measure({ steps: Number(options.steps), saves: Number(options.saves) });
console.log(table);
if (options.write) {
  const page = fileURLToPath(new URL("../../../docs/postgres.md", import.meta.url));
  const text = await readFile(page, "utf8");
  const marked = /(<!-- bench:start -->)[^]*(<!-- bench:end -->)/;
  if (!marked.test(text)) throw new Error("docs/postgres.md has no <!-- bench:start --> and <!-- bench:end -->");
  await writeFile(
    page,
    text.replace(marked, (_, start, end) => `${start}\n\n${table}\n\n${end}`),
  );
}
process.exit();
