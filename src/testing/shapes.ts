import { noise, noiseBytes, numbers } from "./steps.ts";

/**
 * A state as agents have them, and how it changes from step to step.
 *
 * Both work in place on one object, and do the same every time.
 */
export interface Shape<S = unknown> {
  readonly name: string;
  start(): S;
  change(state: S, step: number): void;
  /** Whether a step changes little of the whole. */
  readonly small: boolean;
}

interface Message {
  id: bigint;
  at: Date;
  text: string;
  calls?: { name: string; args: unknown }[];
}

function message(n: number, length = 300 + ((n * 733) % 3_000)): Message {
  const calls = [{ name: "search", args: { q: noise(n, 20), limit: undefined } }];
  return { id: BigInt(n), at: new Date(n * 1_000), text: noise(n, length), ...(n % 3 === 0 && { calls }) };
}

function messages(count: number): Message[] {
  return Array.from({ length: count }, (_, n) => message(n));
}

function shape<S>(name: string, small: boolean, start: () => S, change: (state: S, step: number) => void): Shape {
  return { name, small, start, change } as Shape;
}

/** The states that are worth storing by what changed. */
export const shapes: readonly Shape[] = [
  shape(
    "a growing conversation",
    true,
    () => ({ goal: "find out", turn: 0, messages: messages(100) }),
    (state, step) => {
      state.turn = step;
      state.messages.push(message(1_000 + step));
    },
  ),
  shape(
    "a growing conversation three levels deep",
    true,
    () => ({ agent: { memory: { log: { messages: messages(100), turn: 0 } } }, other: messages(3) }),
    ({ agent: { memory: { log } } }, step) => {
      log.turn = step;
      log.messages.push(message(1_000 + step), message(2_000 + step));
    },
  ),
  shape(
    "a conversation grown from nothing",
    false,
    () => ({ messages: [] as Message[] }),
    (state, step) => void state.messages.push(...Array.from({ length: step % 4 }, (_, n) => message(step * 4 + n))),
  ),
  shape(
    "a window that slides",
    true,
    () => ({ window: messages(50) }),
    (state, step) => {
      state.window.shift();
      state.window.push(message(1_000 + step));
    },
  ),
  shape(
    "a list edited in the middle",
    true,
    () => ({ messages: messages(100) }),
    (state, step) => {
      state.messages[50 + (step % 3)]!.text = noise(1_000 + step, 900);
    },
  ),
  shape(
    "a list with insertions and removals in the middle",
    true,
    () => ({ messages: messages(100) }),
    (state, step) => {
      state.messages.splice(30 + step, step % 3, message(1_000 + step));
      if (step % 4 === 0) state.messages.splice(10, 2);
    },
  ),
  shape(
    "a list of numbers, reversed, sorted, cleared and refilled",
    false,
    () => ({ list: Array.from({ length: 300 }, (_, n) => (n * 7_919) % 1_000) as unknown[] }),
    (state, step) => {
      if (step % 5 === 0) state.list.reverse();
      if (step % 5 === 1) state.list.sort();
      if (step % 5 === 2) state.list.length = step % 2 ? 0 : 400;
      if (step % 5 === 3) state.list.push(...Array.from({ length: 50 }, (_, n) => n + step));
      if (step % 5 === 4) delete state.list[3];
    },
  ),
  shape(
    "a list to which undefined, holes and equal elements are appended, and from which they go",
    false,
    () => ({ list: [] as unknown[], fields: {} as Record<string, unknown>, map: new Map<unknown, unknown>() }),
    ({ list, fields, map }, step) => {
      if (step % 6 === 5) list.length = Math.max(0, list.length - 2);
      else if (step % 6 === 4) list.length += 1;
      else list.push(step % 3 ? undefined : { same: true });
      if (step % 7 === 6) list.unshift(undefined);
      fields[`f${step % 5}`] = undefined;
      if (step % 4 === 3) delete fields[`f${step % 5}`];
      map.set(step % 8 ? step : undefined, undefined);
      if (step % 5 === 4) map.delete(step - 1);
    },
  ),
  shape(
    "a record of many entries changed one at a time",
    true,
    () => ({ files: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`src/${n}.ts`, noise(n, 200)])) }),
    (state, step) => {
      state.files[`src/${(step * 379) % 1_000}.ts`] = noise(1_000 + step, 220);
    },
  ),
  shape(
    "a record whose entries come, go, and change places",
    false,
    () => ({ files: Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}`, { n }])) as Record<string, unknown> }),
    (state, step) => {
      const moved = state.files[`f${step}`];
      delete state.files[`f${step}`];
      delete state.files[`f${(step * 37) % 150}`];
      state.files[step % 2 ? `f${step}` : `g${step}`] = moved;
      state.files[`${100 - step}`] = step;
    },
  ),
  shape(
    "a map of many entries changed one at a time",
    false,
    () => ({ seen: new Map<unknown, unknown>(Array.from({ length: 300 }, (_, n) => [`k${n}`, { n, at: new Date(n) }])) }),
    (state, step) => {
      state.seen.set(`k${(step * 37) % 300}`, { n: -step });
      if (step % 3 === 0) state.seen.delete(`k${step}`);
      if (step % 4 === 0) state.seen.set({ step }, [step]);
    },
  ),
  shape(
    "a set that grows and loses its oldest",
    false,
    () => ({ seen: new Set<unknown>(Array.from({ length: 200 }, (_, n) => noise(n, 30))) }),
    (state, step) => {
      state.seen.add(noise(1_000 + step, 30)).add({ step });
      if (step % 2) for (const oldest of [...state.seen].slice(0, 3)) state.seen.delete(oldest);
    },
  ),
  shape(
    "a long string appended to",
    true,
    () => ({ report: noise(1, 200_000), n: 0 }),
    (state, step) => {
      state.report += `\n\ud83d\ude80 ${noise(step, 200)}`;
      state.n = step;
    },
  ),
  shape(
    "a long string edited in the middle",
    true,
    () => ({ report: noise(1, 200_000) }),
    (state, step) => {
      const at = 90_000 + step * 37;
      state.report = state.report.slice(0, at) + noise(step, (step * 7) % 30) + state.report.slice(at + (step % 11));
    },
  ),
  shape(
    "an image of 200 kB kept through all steps",
    true,
    () => ({ image: noiseBytes(1, 200_000), notes: [] as string[] }),
    (state, step) => void state.notes.push(noise(step, 100)),
  ),
  shape(
    "bytes that are painted on",
    false,
    () => ({ canvas: noiseBytes(1, 60_000), words: new Uint32Array(2_000) }),
    (state, step) => {
      state.canvas[(step * 7_919) % 60_000]! ^= 1;
      state.words.fill(step, step * 10, step * 10 + 5);
    },
  ),
  shape(
    "parts that turn into something else",
    false,
    () => ({ part: null as unknown, list: [{}, {}, {}] as unknown[], other: messages(3) as unknown }),
    (state, step) => {
      const forms = [messages(2), { 0: "a" }, ["a"], noise(1, 5_000), new Map([["0", "a"]]), noiseBytes(1, 500), undefined];
      const draw = numbers(step);
      state.part = forms[step % forms.length];
      state.list[draw(3)] = forms[draw(forms.length)];
      if (step % 6 === 5) state.other = { inner: state.other };
    },
  ),
  shape(
    "messages that are in several lists at once",
    false,
    () => {
      const all = messages(20);
      return { all, pinned: [all[3]!], current: all[19], byId: new Map(all.map((one) => [one.id, one])) };
    },
    (state, step) => {
      const next = message(1_000 + step);
      state.all.push(next);
      state.byId.set(next.id, next);
      state.current = state.all[(step * 13) % state.all.length]!;
      if (step % 3 === 0) state.pinned.push(state.current);
      if (step % 5 === 0) state.pinned.shift();
      if (step % 7 === 0) state.all[2] = { ...state.all[2]! };
      state.all[4]!.text += ".";
    },
  ),
  shape(
    "parts that become one object and cease to be, at the same content",
    false,
    () => ({
      a: { n: 1, list: [{}] } as unknown,
      b: { n: 1, list: [{}] } as unknown,
      list: [{ n: 1 }, { n: 1 }] as unknown[],
      index: new Map<string, unknown>([["k", {}]]),
      far: [] as unknown[],
    }),
    (state, step) => {
      const turns = [
        () => (state.b = state.a),
        () => (state.far = [state.index, state.index]),
        () => (state.list[1] = state.list[0]),
        () => (state.far = [state, { state }]),
        () => (state.b = structuredClone(state.a)),
        () => (state.far = []),
        () => (state.list = [{ n: 1 }, { n: 1 }]),
        () => state.index.set("k", state.a).set("m", state.list),
        () => (state.index = new Map([["k", {}]])),
      ];
      turns[(step * 7) % 9]!();
      turns[step % 9]!();
    },
  ),
  shape(
    "a tree whose nodes know their parent",
    false,
    () => {
      const root: TreeNode = { name: "root", children: [] };
      root.children.push({ name: "left", parent: root, children: [] }, { name: "right", parent: root, children: [] });
      return { root, cursor: root };
    },
    (state, step) => {
      const child: TreeNode = { name: noise(step, 400), parent: state.cursor, children: [] };
      state.cursor.children.push(child);
      state.cursor = step % 3 === 0 ? state.root : child;
      if (step % 4 === 0) state.root.children.reverse();
    },
  ),
];

interface TreeNode {
  name: string;
  parent?: TreeNode;
  children: TreeNode[];
}
