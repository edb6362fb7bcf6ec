import type { Step } from "./graph.ts";
import type { Need, ScoutState } from "./state.ts";

/** What a sentence may begin with before it says what the app does: `A field notebook that works offline`. */
const SUBJECT =
  /^(?:(?:an?|the|my|our|we|i|it|users?|people)\b[^,.;:]*?\b(?:that|which|where (?:you|people|users) can|can|must|should|needs? to|wants? to|has to|have to)\s+)/i;
const LEAD =
  /^(?:and|or|then|also|it|they|to|must|should|can|could|will|lets? (?:you|people|users)|be able to|able to)\s+/i;
/** The `and` of `takes photos and scans codes`, not that of `photos and videos` or `drag and drop files`. */
const JOINED_VERBS =
  /\s+(?:and|as well as)\s+(?=(?:it|they|must|can|to)\s|\w+s\s+(?!(?:to|in|on|from|with|of|for|at|by|and|or|must|can|should)\b)\w+)/i;
const MAX_NEEDS = 16;

/** Cuts the goal into needs: at line ends, sentences, semicolons, commas, and an `and` that joins two verbs. */
export function split(state: ScoutState): Step {
  const needs = cut(state.goal).map((text, index): Need => ({ id: `need-${index + 1}`, text }));
  const note = needs.length === 0 ? "found nothing to look for" : `${count(needs.length, "need")} in the goal`;
  return {
    state: { ...state, needs, log: [...state.log, note] },
    nextNode: needs.length === 0 ? "report" : "search",
    note,
  };
}

function cut(goal: string): string[] {
  const found = goal
    .split(/[\n;•]+|[.!?](?:\s|$)|,\s*|\s+[-–—]\s+/)
    .flatMap((clause) => clause.split(JOINED_VERBS))
    .map(strip)
    .filter((clause) => /[a-z]{2}/i.test(clause));
  const said = found.map((text) => text.toLowerCase());
  return found.filter((_, at) => said.indexOf(said[at]!) === at).slice(0, MAX_NEEDS);
}

function strip(clause: string): string {
  let text = clause
    .trim()
    .replace(/^[-*\d.)\s]+/, "")
    .replace(SUBJECT, "");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(LEAD, "");
  }
  return text.trim();
}

function count(many: number, one: string): string {
  return `${many} ${one}${many === 1 ? "" : "s"}`;
}
