import { openStore, type Store } from "../../../src/index.ts";
import "../../../src/inspector.ts";
import { findAll } from "../../inspector/find.ts";
import { DATABASE } from "./one-run.ts";

/** What the inspector costs the page that it is in, and how soon it shows what is there. */
export async function measureInspector({ checkpoints, stateBytes }: { checkpoints: number; stateBytes: number }) {
  const store = await openStore(DATABASE);
  const closed: number[] = [];
  const open: number[] = [];
  const run = store.trace("large");
  const state = { messages: Array.from({ length: stateBytes / 1000 }, (_, n) => messageOf(n)) };
  for (let round = 0; round < 6; round += 1) {
    // In turn, so that both have the same state, and the same moment of the machine.
    await saveSome(run, state, closed);
    const element = show(store, "large");
    await until(() => rowsOf(element).length > 0);
    await saveSome(run, state, open);
    element.remove();
  }
  const opened = performance.now();
  const element = show(store, "large");
  await until(() => findAll(element, "[role=treeitem]").length > 1);
  const stateShown = performance.now() - opened;
  element.remove();

  await saveMany(store, checkpoints);
  const begun = performance.now();
  const many = show(store, "many");
  await until(() => rowsOf(many).length > 5);
  const appears = performance.now() - begun;
  const frames = await scroll(many);
  many.remove();
  await store.close();
  return { closed, open, stateShown, appears, frame: frames, longestFrame: Math.max(...frames) };
}

const messageOf = (n: number) => ({ id: n, at: new Date(1_790_000_000_000 + n), text: `${n} `.padEnd(950, "words ") });

async function saveSome(
  run: ReturnType<Store["trace"]>,
  state: { messages: unknown[] },
  times: number[],
): Promise<void> {
  for (let step = 0; step < 10; step += 1) {
    state.messages.push(messageOf(state.messages.length));
    const start = performance.now();
    await run.save(state, { nextNode: "answer" });
    times.push(performance.now() - start);
    // An agent waits for a model in between.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function saveMany(store: Store, count: number): Promise<void> {
  const run = store.trace("many");
  for (let saved = 0; saved < count; saved += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, n) => run.save({ step: saved + n }, { nextNode: "work" })));
  }
}

function show(store: Store, traceId: string): HTMLElement {
  const element = document.createElement("checkpoint-inspector");
  Object.assign(element, { store, traceId });
  element.style.cssText = "position:fixed;inset:0;display:block";
  document.body.append(element);
  return element;
}

const rowsOf = (element: HTMLElement) => findAll(element, "[role=option]");

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

async function until(isThere: () => boolean): Promise<void> {
  while (!isThere()) await nextFrame();
}

/** Scrolls a timeline to its beginning and back, and returns how far the frames were apart. */
async function scroll(element: HTMLElement): Promise<number[]> {
  const list = findAll(element, "[role=listbox]")[0]!;
  const frames: number[] = [];
  const end = list.scrollHeight;
  let last = await nextFrame();
  for (let frame = 1; frame <= 120; frame += 1) {
    list.scrollTop = end * Math.abs(1 - frame / 60);
    const now = await nextFrame();
    frames.push(now - last);
    last = now;
  }
  return frames;
}
