/** The subject of a trace's log. */
export function subjectOf(space: string, traceId: string): string {
  return `${space}.${toToken(traceId)}`;
}

/** The trace whose log has a subject. */
export function traceOf(space: string, subject: string): string {
  return fromToken(subject.slice(space.length + 1));
}

/** Writes a text with letters, digits, `-` and `_`; all else, which subjects may not have, is written as numbers. */
export function toToken(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The text that was written so. */
export function fromToken(token: string): string {
  return token.replace(/=([0-9a-f]{4})/g, (_, unit: string) => String.fromCharCode(Number.parseInt(unit, 16)));
}
