// @ts-check

export const format = {
  /** @param {number} value */
  ms: (value) =>
    value >= 1000
      ? `${(value / 1000).toFixed(1)} s`
      : `${value >= 10 ? Math.round(value) : value.toFixed(value < 1 ? 2 : 1)} ms`,
  /** @param {number} value */
  bytes: (value) => (value >= 1e6 ? `${(value / 1e6).toPrecision(3)} MB` : `${(value / 1e3).toPrecision(3)} kB`),
};

/** @param {number} value */
export function times(value) {
  return `${value >= 10 ? Math.round(value) : value.toPrecision(value < 0.1 ? 1 : 2)}x`;
}

/** Figures that are not durations. @type {Record<string, (value: number) => string>} */
const UNITS = {
  diskBytes: format.bytes,
  recordBytes: format.bytes,
  memoryBytes: format.bytes,
  p95ToP50: times,
  lastToFirst: times,
  revivalLastToFirst: times,
  items100B: times,
  items300B: times,
  messages600B: times,
  nested100B: times,
  texts50B: times,
  numbers: times,
};

/** A figure as text; a dash where there is none. @param {string} figure @param {number | undefined} value */
export function withUnit(figure, value) {
  return value === undefined ? "-" : (UNITS[figure] ?? format.ms)(value);
}

/** A table in Markdown. @param {readonly string[]} heads @param {readonly (readonly (string | undefined)[])[]} rows */
export function table(heads, rows) {
  const line = (/** @type {readonly (string | undefined)[]} */ row) => `| ${row.join(" | ")} |`;
  return [line(heads), line(heads.map((_, n) => (n === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
