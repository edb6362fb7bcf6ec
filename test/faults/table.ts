import type { Row } from "./rows.ts";

const HEAD = ["| fault | engine | done | came to |", "| --- | --- | --- | --- |"];

/** A table of `rows`, with the lines of an earlier one whose faults were not made again. */
export function mergeTable(
  before: string,
  { rows, environment }: { rows: readonly Row[]; environment: string },
): string {
  const lines = new Map<string, string>();
  for (const line of before.split("\n")) {
    const key = /^\| ([^|]+ \| [^|]+) \| .* \|$/.exec(line)?.[1];
    if (key !== undefined && !HEAD.includes(line)) lines.set(key, line);
  }
  for (const { fault, engine, done, result, wrong } of rows) {
    const verdict = wrong.length === 0 ? result : `**${result}**`;
    lines.set(`${fault} | ${engine}`, `| ${fault} | ${engine} | ${done} | ${verdict} |`);
  }
  return [...HEAD, ...lines.values(), "", environment].join("\n");
}
