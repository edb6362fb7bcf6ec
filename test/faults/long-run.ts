import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { Bench } from "./bench.ts";
import { findEngines } from "./engines/engine.ts";
import type { Row } from "./rows.ts";
import { FAULTS } from "./suite.ts";
import { mergeTable } from "./table.ts";

/** What to run; everything, in full, unless told otherwise. */
export interface LongRunOptions {
  readonly faults: readonly string[] | undefined;
  readonly engines: readonly string[] | undefined;
  readonly isQuick: boolean;
  readonly times: number | undefined;
  /** Whether the table goes into docs/reliability.md. */
  readonly isWritten: boolean;
}

/** Makes faults and prints what they came to. Answers whether all that must hold did. */
export async function longRun({ faults, engines, isQuick, times, isWritten }: LongRunOptions): Promise<boolean> {
  const known = await findEngines();
  requireKnown(
    "fault",
    faults,
    FAULTS.map(({ name }) => name),
  );
  requireKnown(
    "engine",
    engines,
    known.map(({ name }) => name),
  );
  const rows: Row[] = [];
  const bench = await Bench.open();
  for (const fault of FAULTS) {
    if (faults?.includes(fault.name) === false) continue;
    const reason = await fault.whyNot?.();
    if (reason !== undefined) {
      console.error(`LEFT OUT, the fault "${fault.name}": ${reason}`);
      continue;
    }
    for (const engine of known) {
      if (engines?.includes(engine.name) === false || !fault.isFor(engine)) continue;
      const started = Date.now();
      const count = times ?? (isQuick ? fault.times.quick : fault.times.full);
      try {
        const made = await fault.run(engine, { times: count, bench });
        rows.push(...made);
        for (const row of made) tell(`${row.fault} | ${row.engine} | ${row.done} | ${row.result}`, row.wrong);
      } catch (error) {
        const wrong = [String((error as Error).stack)];
        rows.push({ fault: fault.name, engine: engine.title, done: `${count} times`, result: "did not end", wrong });
        tell(`${fault.name} | ${engine.title} | did not end`, wrong);
      }
      tell(`${((Date.now() - started) / 1000).toFixed(0)} s`, []);
    }
  }
  await bench.close();

  const versions = [...new Set(await Promise.all(known.map((engine) => engine.version())))].join(", ");
  const environment = `${versions}, on ${cpus().length} cores; ${new Date().toISOString().slice(0, 10)}.`;
  console.log(`\n${mergeTable("", { rows, environment })}`);
  if (isWritten) await putIntoDocs(rows, environment);
  const wrong = rows.filter((row) => row.wrong.length > 0);
  console.log(
    wrong.length === 0
      ? "\nall that must hold holds"
      : `\nWRONG: ${wrong.map((row) => `${row.fault}, ${row.engine}`).join("; ")}`,
  );
  return wrong.length === 0;
}

async function putIntoDocs(rows: readonly Row[], environment: string): Promise<void> {
  const path = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
  const text = await readFile(path, "utf8");
  const marked = /(<!-- faults:start -->)([^]*)(<!-- faults:end -->)/;
  if (!marked.test(text)) throw new Error("docs/reliability.md has no <!-- faults:start --> and <!-- faults:end -->");
  await writeFile(
    path,
    text.replace(marked, (_, start: string, before: string, end: string) => {
      return `${start}\n\n${mergeTable(before, { rows, environment })}\n\n${end}`;
    }),
  );
}

function requireKnown(what: string, named: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = named?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`no such ${what}: ${unknown.join(", ")}; there are ${known.join(", ")}`);
}

function tell(text: string, wrong: readonly string[]): void {
  console.error(text);
  for (const line of wrong.slice(0, 20)) console.error(`  WRONG: ${line}`);
}
