// @ts-check
import { callBench } from "./browser.mjs";

/**
 * @typedef {import("./work/task.ts").Task} Task
 *
 * @typedef {object} TraceEvent
 * @property {string} name
 * @property {number} pid
 * @property {number} tid
 * @property {number} ts in microseconds
 * @property {number} [dur] in microseconds
 */

const CATEGORIES = ["disabled-by-default-devtools.timeline", "blink.user_timing"];

/**
 * How busy a candidate keeps the page: all tasks of the main thread while it saves, and the longest of them; and the
 * longest while a store folds 2 MB.
 *
 * @param {import("./browser.mjs").Browser} browser
 * @param {Task} task
 * @param {{ folds: boolean }} options
 */
export async function measureMainThread(browser, task, { folds }) {
  return browser.withPage(task.candidate, async (page) => {
    await callBench(page, "warmUpSaves", task);
    const saving = tasksIn(await traced(page, () => callBench(page, "markSaves", task)), "saves");
    const figures = { allTasks: sum(saving), longestSaving: Math.max(...saving) };
    if (!folds) return figures;
    const folding = tasksIn(await traced(page, () => callBench(page, "markFolding", task)), "folding");
    return { ...figures, longestFolding: Math.max(...folding) };
  });
}

/**
 * What the browser notes while `work` is done.
 *
 * @param {import("playwright").Page} page
 * @param {() => Promise<unknown>} work
 * @returns {Promise<TraceEvent[]>}
 */
async function traced(page, work) {
  const browser = page.context().browser();
  if (!browser) throw new Error("the browser can't be traced");
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  return JSON.parse((await browser.stopTracing()).toString()).traceEvents;
}

/**
 * How long the tasks between two marks took, in ms, of the thread that set the marks.
 *
 * @param {readonly TraceEvent[]} events
 * @param {string} name
 */
function tasksIn(events, name) {
  const start = events.find((event) => event.name === `${name}:start`);
  const end = events.find((event) => event.name === `${name}:end`);
  if (!start || !end) throw new Error(`the trace has no marks of ${name}`);
  return events
    .filter((event) => event.name === "RunTask" && event.pid === start.pid && event.tid === start.tid)
    .filter((event) => event.ts >= start.ts && event.ts <= end.ts)
    .map(({ dur = 0 }) => dur / 1000);
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
