import { digestOf } from "./digest.ts";

/** The state of a made-up agent: it grows, slides, and is edited in place, and holds more than JSON can. */
export interface AgentState {
  trace: string;
  step: number;
  messages: { role: string; text: string; at: Date }[];
  files: Record<string, string>;
  window: Map<number, bigint>;
  image: Uint8Array;
  ballast: string;
}

/** A state before its first step. */
export function initialState(trace: string): AgentState {
  return { trace, step: 0, messages: [], files: {}, window: new Map(), image: new Uint8Array(3000), ballast: "" };
}

/** Takes a state to its next step, in place; what becomes of it follows from the trace and the step alone. */
export function advance(state: AgentState): void {
  const step = (state.step += 1);
  const random = randomFrom(`${state.trace}/${step}`);
  const words = Array.from({ length: 10 + (random() % 60) }, () => random().toString(36));
  state.messages.push({ role: step % 2 === 0 ? "user" : "agent", text: words.join(" "), at: new Date(random()) });
  if (step % 7 === 0) state.messages[random() % state.messages.length]!.text += " (edited)";
  state.files[`file-${random() % 40}.ts`] = words.slice(0, 8).join("\n");
  state.window.set(step, BigInt(random()) ** 3n);
  state.window.delete(step - 20);
  if (step % 10 === 0) state.image = Uint8Array.from({ length: 3000 }, () => random());
  state.ballast = Array.from({ length: ballastOf(state.trace) / 4 }, () => (random() % 36 ** 4).toString(36)).join("");
}

/** How many characters each step brings that no step before had: a trace named `full+60000` takes up room. */
function ballastOf(trace: string): number {
  return Number(/\+(\d+)$/.exec(trace)?.[1] ?? 0);
}

/** The digests that the states of a trace must have, from step `first` to step `last`. */
export function expectedDigests(trace: string, { first, last }: { first: number; last: number }): Map<number, string> {
  const state = initialState(trace);
  const digests = new Map<number, string>();
  while (state.step < last) {
    advance(state);
    if (state.step >= first) digests.set(state.step, digestOf(state));
  }
  return digests;
}

/** Whole numbers below 2^32, the same for the same seed. */
export function randomFrom(seed: string): () => number {
  let state = 0x9e3779b9;
  for (let i = 0; i < seed.length; i += 1) state = Math.imul(state ^ seed.charCodeAt(i), 0x85ebca6b);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
