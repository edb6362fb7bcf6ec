const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `412 B`, `9.8 kB`, `214 kB`, `1.4 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  while (value >= 999.5 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${units[0]}`;
}

/** The time of day, to the second. */
export function timeText(ms: number): string {
  return Number.isFinite(ms) ? clock.format(ms) : "";
}

/** The day and the time. */
export function dateText(ms: number): string {
  return Number.isFinite(ms) ? dayAndClock.format(ms) : "at an unknown time";
}

/** `1 checkpoint`, `1,033 checkpoints`; `many` is for words that take more than an s. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
