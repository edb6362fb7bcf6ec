import { message, messages, shape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { noise, noiseBytes } from "./steps.ts";

/** Large states of which a step changes little: what is worth storing by what changed. */
export const smallStepShapes: readonly Shape[] = [
  shape(
    "a growing conversation",
    () => ({ goal: "find out", turn: 0, messages: messages(100) }),
    (state, step) => {
      state.turn = step;
      state.messages.push(message(1_000 + step));
    },
  ),
  shape(
    "a growing conversation three levels deep",
    () => ({ agent: { memory: { log: { messages: messages(100), turn: 0 } } }, other: messages(3) }),
    (
      {
        agent: {
          memory: { log },
        },
      },
      step,
    ) => {
      log.turn = step;
      log.messages.push(message(1_000 + step), message(2_000 + step));
    },
  ),
  shape(
    "a window that slides",
    () => ({ window: messages(50) }),
    (state, step) => {
      state.window.shift();
      state.window.push(message(1_000 + step));
    },
  ),
  shape(
    "a list edited in the middle",
    () => ({ messages: messages(100) }),
    (state, step) => {
      state.messages[50 + (step % 3)]!.text = noise(1_000 + step, 900);
    },
  ),
  shape(
    "a list with insertions and removals in the middle",
    () => ({ messages: messages(100) }),
    (state, step) => {
      state.messages.splice(30 + step, step % 3, message(1_000 + step));
      if (step % 4 === 0) state.messages.splice(10, 2);
    },
  ),
  shape(
    "a record of many entries changed one at a time",
    () => ({ files: Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`src/${n}.ts`, noise(n, 200)])) }),
    (state, step) => {
      state.files[`src/${(step * 379) % 1_000}.ts`] = noise(1_000 + step, 220);
    },
  ),
  shape(
    "a long string appended to",
    () => ({ report: noise(1, 200_000), n: 0 }),
    (state, step) => {
      state.report += `\n\ud83d\ude80 ${noise(step, 200)}`;
      state.n = step;
    },
  ),
  shape(
    "a long string edited in the middle",
    () => ({ report: noise(1, 200_000) }),
    (state, step) => {
      const at = 90_000 + step * 37;
      state.report = state.report.slice(0, at) + noise(step, (step * 7) % 30) + state.report.slice(at + (step % 11));
    },
  ),
  shape(
    "an image of 200 kB kept through all steps",
    () => ({ image: noiseBytes(1, 200_000), notes: [] as string[] }),
    (state, step) => void state.notes.push(noise(step, 100)),
  ),
];
