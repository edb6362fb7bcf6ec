import type { Step } from "./graph.ts";
import { unsearched } from "./next-need.ts";
import { platformWords } from "./knowledge/phrasebook.ts";
import type { SearchIndex, Term } from "./knowledge/search-index.ts";
import { words } from "./knowledge/search-index.ts";
import type { Candidate, ScoutState } from "./state.ts";
import { withNeed } from "./state.ts";

const CANDIDATES = 6;
const PHRASEBOOK_WEIGHT = 1.6;
/** Hits with a lower score share a word by chance only. */
const MIN_SCORE = 9;

/** Looks up the next need: one per step. */
export function search(index: SearchIndex): (state: ScoutState) => Step {
  return (state) => {
    const need = unsearched(state);
    if (!need) return { state, nextNode: "judge", note: "nothing left to search" };
    const candidates: readonly Candidate[] = index
      .find(query(need.text), CANDIDATES)
      .filter(({ score }) => score >= MIN_SCORE);
    const best = candidates[0]?.feature;
    const note = `“${need.text}” → ${best ? best.name : "nothing that fits"}`;
    return {
      state: {
        ...withNeed(state, need.id, { candidates }),
        seen: new Set([...state.seen, ...candidates.map(({ feature }) => feature.id)]),
        log: [...state.log, note],
      },
      nextNode: "judge",
      note,
    };
  };
}

/** The need's own words, and the platform's words for them. */
export function query(text: string): Term[] {
  const platform = platformWords(text);
  const own = [...new Set(words(text))].filter((word) => !platform.includes(word));
  return [
    ...platform.map((word) => ({ word, weight: PHRASEBOOK_WEIGHT })),
    ...own.map((word) => ({ word, weight: platform.length > 0 ? 0.5 : 1 })),
  ];
}
