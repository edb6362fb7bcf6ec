/** A seeded source of numbers in [0, 1): the same seed gives the same work in every run and for every candidate. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SYLLABLES = (
  "a al an ar as at be ber ca ce cha co con da de den der di do e el en er es fa fi for ga ge gra ha he hi in ing " +
  "is it ka ke la le li lo ly ma me men mi mo na ne ni no nu o on or ou pa pe per po pre pro qua ra re ri ro sa se " +
  "ser sha si so sta ste sti su ta te ter ti tion to tra tri tu un ur us va ve ver vi wa we wi wo ya yo"
).split(" ");

/** Eight thousand words whose ranks follow Zipf's law, so that text compresses about as prose does. */
const WORDS = (() => {
  const random = seededRandom(7);
  const words = new Set<string>();
  while (words.size < 8000) {
    const length = 1 + Math.floor(random() * 2 + (words.size / 8000) * 2.5);
    let word = "";
    for (let n = 0; n < length; n++) word += SYLLABLES[Math.floor(random() * SYLLABLES.length)];
    if (word.length > 1) words.add(word);
  }
  return [...words];
})();

/** Prose of about `length` characters: sentences, figures, and here and there a letter outside ASCII. */
export function prose(random: Random, length: number): string {
  let text = "";
  let wordsLeft = 0;
  while (text.length < length) {
    const startsSentence = wordsLeft === 0;
    if (startsSentence) wordsLeft = 5 + Math.floor(random() * 14);
    let word = WORDS[Math.floor(WORDS.length ** random()) - 1] ?? "the";
    const kind = random();
    if (kind < 0.03) word = String(Math.floor(random() * 100_000));
    else if (kind < 0.035) word += "é";
    if (startsSentence) word = word.charAt(0).toUpperCase() + word.slice(1);
    wordsLeft--;
    text += word + (wordsLeft > 0 ? (kind > 0.94 ? ", " : " ") : random() < 0.2 ? ".\n\n" : ". ");
  }
  return text;
}

/** A length between `least` and `most`, short ones more often, as messages are. */
export function messageLength(random: Random, least: number, most: number): number {
  return Math.round(least * (most / least) ** random());
}

export function bytes(random: Random, length: number): Uint8Array<ArrayBuffer> {
  const filled = new Uint8Array(length);
  for (let n = 0; n < length; n++) filled[n] = Math.floor(random() * 256);
  return filled;
}

export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join("-");
}
