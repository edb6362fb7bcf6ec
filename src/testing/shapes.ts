import { message, messages, shape } from "./shape.ts";
import type { Message, Shape } from "./shape.ts";
import { smallStepShapes } from "./small-steps.ts";
import { noise, noiseBytes, numbers } from "./steps.ts";

/** Every shape: those of small steps, and those that change in ways which are easily got wrong. */
export const shapes: readonly Shape[] = [
  ...smallStepShapes,
  shape(
    "a conversation grown from nothing",
    () => ({ messages: [] as Message[] }),
    (state, step) => void state.messages.push(...Array.from({ length: step % 4 }, (_, n) => message(step * 4 + n))),
  ),
  shape(
    "a list of numbers, reversed, sorted, cleared and refilled",
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
    "a record whose entries come, go, and change places",
    () => {
      const files: Record<string, unknown> = {};
      for (let n = 0; n < 150; n++) files[`f${n}`] = { n };
      return { files };
    },
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
    () => {
      const seen = new Map<unknown, unknown>();
      for (let n = 0; n < 300; n++) seen.set(`k${n}`, { n, at: new Date(n) });
      return { seen };
    },
    (state, step) => {
      state.seen.set(`k${(step * 37) % 300}`, { n: -step });
      if (step % 3 === 0) state.seen.delete(`k${step}`);
      if (step % 4 === 0) state.seen.set({ step }, [step]);
    },
  ),
  shape(
    "a set that grows and loses its oldest",
    () => ({ seen: new Set<unknown>(Array.from({ length: 200 }, (_, n) => noise(n, 30))) }),
    (state, step) => {
      state.seen.add(noise(1_000 + step, 30)).add({ step });
      if (step % 2) for (const oldest of [...state.seen].slice(0, 3)) state.seen.delete(oldest);
    },
  ),
  shape(
    "bytes that are painted on",
    () => ({ canvas: noiseBytes(1, 60_000), words: new Uint32Array(2_000) }),
    (state, step) => {
      state.canvas[(step * 7_919) % 60_000]! ^= 1;
      state.words.fill(step, step * 10, step * 10 + 5);
    },
  ),
  shape(
    "parts that turn into something else",
    () => ({ part: null as unknown, list: [{}, {}, {}] as unknown[], other: messages(3) as unknown }),
    (state, step) => {
      const map = new Map([["0", "a"]]);
      const forms = [messages(2), { 0: "a" }, ["a"], noise(1, 5_000), map, noiseBytes(1, 500), undefined];
      const draw = numbers(step);
      state.part = forms[step % forms.length];
      state.list[draw(3)] = forms[draw(forms.length)];
      if (step % 6 === 5) state.other = { inner: state.other };
    },
  ),
  shape(
    "messages that are in several lists at once",
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
      // Not every engine's structuredClone knows a date for the same one in two places, so no date is.
      if (step % 7 === 0) state.all[2] = { ...state.all[2]!, at: new Date(state.all[2]!.at) };
      state.all[4]!.text += ".";
    },
  ),
  shape(
    "parts that become one object and cease to be, at the same content",
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
