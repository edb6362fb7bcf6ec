// @ts-check
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { allTables, fewFigures } from "./tables.mjs";

/** Puts the few figures into the README, and everything into `docs/performance.md`. @param {import("./tables.mjs").Report} report */
export async function writeDocuments(report) {
  await putBetweenMarks("README.md", `${fewFigures(report)}\n\n${report.environment}`);
  await putBetweenMarks("docs/performance.md", allTables(report));
}

/** @param {string} name @param {string} tables */
async function putBetweenMarks(name, tables) {
  const path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
  const text = await readFile(path, "utf8");
  const marked = /(<!-- bench:start -->)[^]*(<!-- bench:end -->)/;
  if (!marked.test(text)) throw new Error(`${name} has no <!-- bench:start --> and <!-- bench:end -->`);
  await writeFile(
    path,
    text.replace(marked, (_, start, end) => `${start}\n\n${tables}\n\n${end}`),
  );
}
