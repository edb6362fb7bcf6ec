import type { Feature } from "../../../baseline-data.ts";

/** A feature and how well it fits a query. */
export interface Hit {
  readonly feature: Feature;
  readonly score: number;
  readonly matched: readonly string[];
}

/** A word to look for, and how much it counts. */
export interface Term {
  readonly word: string;
  readonly weight: number;
}

export interface SearchIndex {
  /** The best fits, best first. */
  find(terms: readonly Term[], limit: number): Hit[];
}

const FIELD_WEIGHTS = { name: 5, id: 3, groups: 1.5, description: 1 } as const;
const SATURATION = 1.2;
const LENGTH_NORM = 0.4;
/** The share of its score that a hit keeps if no word of its name was asked for. */
const NAMELESS = 0.65;

const STOP_WORDS = new Set(
  (
    "a an and any are as at be by can could do does each for from get has have how i in into is it its let make may me " +
    "must my need not of off on one or our out over own so some other such than that the their them then there they this to " +
    "up use user using want was we what when where which who will with without work you your app page web site website " +
    "browser browsers api allow enable support supports new via"
  ).split(" "),
);

/** The words of a text, lower case and stemmed, without those that say nothing. */
export function words(text: string): string[] {
  return (
    text
      .replace(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? []
  )
    .filter((word) => word.length > 1 && !STOP_WORDS.has(word))
    .map(stem);
}

/** Takes the commonest endings off, alike for `recording`, `records` and `recorded`. */
export function stem(word: string): string {
  if (word.length < 4) return word;
  return word
    .replace(/(?:ies|ied)$/, "y")
    .replace(/(?<=[a-rt-z]{2})s$/, "")
    .replace(/(?<=[a-z]{3})(?:ation|ator|ating|ated|ate)$/, "at")
    .replace(/(?<=[a-z]{3})(?:ing|ed|er)$/, "")
    .replace(/(?<=[a-z]{3})e$/, "")
    .replace(/(?<=[a-z]{2}([bdgmnprt]))\1$/, "");
}

/**
 * An index of the features by the words of their names, ids, groups and descriptions; ranked as BM25F ranks, and then
 * by how much of its name was asked for: `view transitions` means View transitions, not Active view transition.
 */
export function searchIndex(features: readonly Feature[]): SearchIndex {
  const postings = new Map<string, Map<number, number>>();
  const names = features.map(({ name }) => new Set(words(name)));
  const lengths = features.map((feature, at) => {
    let length = 0;
    for (const [text, weight] of fields(feature)) {
      for (const word of words(text)) {
        const posting = postings.get(word) ?? new Map<number, number>();
        posting.set(at, (posting.get(at) ?? 0) + weight);
        postings.set(word, posting);
        length += weight;
      }
    }
    return length;
  });
  const average = lengths.reduce((sum, length) => sum + length, 0) / features.length;

  return {
    find(terms, limit) {
      const scores = new Map<number, { score: number; matched: string[] }>();
      for (const { word, weight } of terms) {
        const posting = postings.get(word);
        if (!posting) continue;
        const rarity = Math.log(1 + (features.length - posting.size + 0.5) / (posting.size + 0.5));
        for (const [at, frequency] of posting) {
          const norm = SATURATION * (1 - LENGTH_NORM + (LENGTH_NORM * lengths[at]!) / average);
          const found = scores.get(at) ?? { score: 0, matched: [] };
          found.score += (weight * rarity * frequency * (SATURATION + 1)) / (frequency + norm);
          found.matched.push(word);
          scores.set(at, found);
        }
      }
      return [...scores]
        .map(([at, { score, matched }]) => {
          const asked = matched.filter((word) => names[at]!.has(word)).length / Math.max(1, names[at]!.size);
          const fit = score * (NAMELESS + (1 - NAMELESS) * asked);
          return { feature: features[at]!, score: Math.round(fit * 100) / 100, matched };
        })
        .sort((a, b) => b.score - a.score || a.feature.id.localeCompare(b.feature.id, "en"))
        .slice(0, limit);
    },
  };
}

function fields(feature: Feature): [text: string, weight: number][] {
  return [
    [feature.name, FIELD_WEIGHTS.name],
    [feature.id, FIELD_WEIGHTS.id],
    [feature.groups.join(" "), FIELD_WEIGHTS.groups],
    [feature.description, FIELD_WEIGHTS.description],
  ];
}
