const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** `412 B`, `9.8 kB`, `214 kB`, `1.4 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] =
    bytes < 1_000_000 ? [bytes / 1000, "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** The time of day, to the second. */
export function timeText(ms: number): string {
  return clock.format(ms);
}

/** The day and the time. */
export function dateText(ms: number): string {
  return dayAndClock.format(ms);
}

/** `1 checkpoint`, `33 checkpoints`. */
export function countText(count: number, one: string): string {
  return `${count.toLocaleString()} ${one}${count === 1 ? "" : "s"}`;
}
