import { bytes, messageLength, prose, seededRandom, uuid } from "./random.ts";
import type { Random } from "./random.ts";

interface Message {
  readonly id: string;
  readonly role: "user" | "assistant" | "tool";
  content: string;
  readonly at: Date;
  editedAt?: Date;
  readonly costNano: bigint;
  readonly usage: { readonly input: number; readonly output: number };
  readonly toolCalls?: readonly { readonly name: string; readonly query: string; readonly limit: number }[];
  readonly image?: { readonly mime: string; readonly data: Uint8Array<ArrayBuffer> };
}

/** A run of an agent, as its state goes from step to step. */
export interface Run {
  /** What the agent holds. Each step changes it in place. */
  readonly state: unknown;
  /** Takes one step. Returns only what is new in the state since the step before. */
  step(): unknown;
}

/** A kind of work: how the state looks and what a step changes. */
export interface Shape {
  readonly title: string;
  start(seed: number): Run;
}

const START = Date.UTC(2026, 0, 5, 9);

/** A message has between `least` and `longest` characters. */
interface Lengths {
  readonly least: number;
  readonly longest: number;
}

function conversation(random: Random, { least, longest }: Lengths = { least: 300, longest: 4000 }) {
  const messages: Message[] = [];
  let taken = 0;
  const message = (): Message => {
    const at = new Date(START + taken++ * 1700 + Math.floor(random() * 900));
    const role = (["user", "assistant", "tool"] as const)[Math.floor(random() * 3)] ?? "user";
    return {
      id: uuid(random),
      role,
      content: prose(random, messageLength(random, least, longest)),
      at,
      costNano: BigInt(Math.floor(random() * 2 ** 40)) * 1_000_003n,
      usage: { input: Math.floor(random() * 8000), output: Math.floor(random() * 900) },
      ...(role === "assistant" && { toolCalls: [{ name: "search", query: prose(random, 40), limit: 10 }] }),
    };
  };
  const grow = () => {
    const added = Array.from({ length: 1 + Math.floor(random() * 3) }, message);
    messages.push(...added);
    return added;
  };
  return { messages, message, grow };
}

function counters() {
  const goal = "Find out what the release needs, and write it down.";
  return { step: 0, spentNano: 0n, startedAt: new Date(START), goal };
}

function advance(state: ReturnType<typeof counters>): void {
  state.step++;
  state.spentNano += 1_234_567_891n;
}

function growing(seed: number, lengths?: Lengths) {
  const { messages, grow } = conversation(seededRandom(seed), lengths);
  const state = { ...counters(), messages };
  return {
    state,
    step() {
      advance(state);
      return { step: state.step, spentNano: state.spentNano, added: grow() };
    },
  };
}

export const SHAPES = {
  conversation: { title: "a conversation growing by 1-3 messages a step", start: (seed) => growing(seed) },
  short: { title: "a conversation of short messages", start: (seed) => growing(seed, { least: 60, longest: 300 }) },
  writes: {
    title: "three small writes a step",
    start(seed) {
      const random = seededRandom(seed);
      const { messages, message } = conversation(random);
      const state = { ...counters(), messages, writes: [] as object[] };
      let writes = 0;
      return {
        state,
        step() {
          if (writes++ % 3 !== 0) {
            const write = { task: uuid(random), channel: "tools", value: prose(random, 120) };
            state.writes.push(write);
            return { write };
          }
          advance(state);
          const added = message();
          messages.push(added);
          state.writes.length = 0;
          return { step: state.step, spentNano: state.spentNano, added };
        },
      };
    },
  },
  nested: {
    title: "the same, nested three levels deep",
    start(seed) {
      const { messages, grow } = conversation(seededRandom(seed));
      const memory = { facts: new Map([["language", "en"]]), thread: { title: "Release", messages } };
      const state = { ...counters(), agent: { name: "scout", memory } };
      return {
        state,
        step() {
          advance(state);
          return { step: state.step, spentNano: state.spentNano, added: grow() };
        },
      };
    },
  },
  files: {
    title: "a record of 1,000 files, one changed a step",
    start(seed) {
      const random = seededRandom(seed);
      const file = (revision: number) => ({
        revision,
        content: prose(random, messageLength(random, 300, 2500)),
        modifiedAt: new Date(START + revision * 1000),
        sizeBlocks: BigInt(Math.floor(random() * 64)),
      });
      const folder = () => prose(random, 8).replace(/\W/g, "").toLowerCase();
      const paths = Array.from({ length: 1000 }, (_, n) => `src/${folder()}/part-${n}.ts`);
      const state = { ...counters(), files: Object.fromEntries(paths.map((path) => [path, file(0)])) };
      return {
        state,
        step() {
          advance(state);
          const path = paths[Math.floor(random() * paths.length)] as string;
          const changed = file(state.step);
          if (state.step === 1) return structuredClone(state);
          state.files[path] = changed;
          return { step: state.step, spentNano: state.spentNano, path, changed };
        },
      };
    },
  },
  window: {
    title: "a sliding window of 50 messages",
    start(seed) {
      const { messages, grow } = conversation(seededRandom(seed));
      const state = { ...counters(), messages };
      return {
        state,
        step() {
          advance(state);
          const added = grow();
          if (messages.length > 50) messages.splice(0, messages.length - 50);
          return { step: state.step, spentNano: state.spentNano, added };
        },
      };
    },
  },
  edits: {
    title: "a growing conversation, a message in the middle edited every ten steps",
    start(seed) {
      const random = seededRandom(seed + 1);
      const { messages, grow } = conversation(seededRandom(seed));
      const state = { ...counters(), messages };
      return {
        state,
        step() {
          advance(state);
          const added = grow();
          if (state.step % 10 !== 0) return { step: state.step, spentNano: state.spentNano, added };
          const edited = messages[messages.length >> 1] as Message;
          edited.content = prose(random, messageLength(random, 300, 4000));
          edited.editedAt = new Date(START + state.step * 1000);
          return { step: state.step, spentNano: state.spentNano, added, edited: structuredClone(edited) };
        },
      };
    },
  },
  image: {
    title: "a growing conversation that keeps a 200 kB image",
    start(seed) {
      const random = seededRandom(seed + 1);
      const { messages, message, grow } = conversation(seededRandom(seed));
      const state = { ...counters(), messages };
      messages.push({ ...message(), image: { mime: "image/png", data: bytes(random, 200_000) } });
      return {
        state,
        step() {
          advance(state);
          const added = state.step === 1 ? [...messages, ...grow()] : grow();
          return { step: state.step, spentNano: state.spentNano, added };
        },
      };
    },
  },
} satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;
