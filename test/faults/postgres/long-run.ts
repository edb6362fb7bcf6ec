import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { Row } from "../rows.ts";
import { mergeTable } from "../table.ts";
import { POSTGRES_FAULTS } from "./faults.ts";

/** What to run; everything, in full, unless told otherwise. */
export interface LongRunOptions {
  readonly only: readonly string[] | undefined;
  readonly times: number | undefined;
  /** Whether the table goes into docs/postgres.md. */
  readonly isWritten: boolean;
}

/** Makes faults and prints what they came to. Answers whether all that must hold did. */
export async function longRun({ only, times, isWritten }: LongRunOptions): Promise<boolean> {
  const rows: Row[] = [];
  for (const fault of POSTGRES_FAULTS) {
    if (only?.includes(fault.name) === false) continue;
    const { done, acknowledged, rejected, lost, doubled, wrong, longestMs } = await fault.make(
      times ?? fault.times.full,
    );
    const row = {
      fault: fault.title,
      engine: "Postgres",
      done: `${done}; ${acknowledged.toLocaleString("en")} acknowledged saves`,
      result: `${lost.length} lost, ${doubled.length} doubled, ${wrong.length} wrong, ${rejected.length} rejected; longest ${longestMs.toLocaleString("en")} ms`,
      wrong: [...rejected, ...lost, ...doubled, ...wrong],
    };
    rows.push(row);
    console.error([`${row.fault} | ${row.done} | ${row.result}`, ...row.wrong.slice(0, 20)].join("\n  WRONG: "));
  }
  const environment = `Postgres 15 on ${cpus().length} cores; ${new Date().toISOString().slice(0, 10)}.`;
  if (isWritten) {
    const path = fileURLToPath(new URL("../../../docs/postgres.md", import.meta.url));
    const text = await readFile(path, "utf8");
    const marked = /(<!-- faults:start -->)([^]*)(<!-- faults:end -->)/;
    if (!marked.test(text)) throw new Error("docs/postgres.md has no <!-- faults:start --> and <!-- faults:end -->");
    const withTable = text.replace(marked, (_, start: string, before: string, end: string) => {
      return `${start}\n\n${mergeTable(before, { rows, environment })}\n\n${end}`;
    });
    await writeFile(path, withTable);
  }
  return rows.every(({ wrong }) => wrong.length === 0);
}
