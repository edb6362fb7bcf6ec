// @ts-check

/**
 * Prints where the time goes of whatever a page marks (see `page/marked.ts`): the functions that take most of it
 * themselves.
 *
 * @param {import("playwright").Page} page
 * @param {string} title
 */
export async function printProfiles(page, title) {
  const devtools = await page.context().newCDPSession(page);
  devtools.on("Profiler.consoleProfileFinished", ({ title: mark = "", profile }) => {
    console.log(`\n${title}: ${mark}\n${topFunctions(profile)}\n`);
  });
  await devtools.send("Profiler.enable");
  await devtools.send("Profiler.setSamplingInterval", { interval: 100 });
}

/**
 * @typedef {object} CpuProfile as the browser's protocol has it
 * @property {{ id: number, callFrame: { functionName: string, lineNumber: number }, children?: number[] }[]} nodes
 * @property {number[]} [samples]
 * @property {number[]} [timeDeltas] in microseconds
 *
 * @param {CpuProfile} profile
 */
function topFunctions({ nodes, samples = [], timeDeltas = [] }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  /** @type {Map<string, { own: number, all: number }>} */
  const functions = new Map();
  for (const [n, id] of samples.entries()) {
    const ms = (timeDeltas[n] ?? 0) / 1000;
    const seen = new Set();
    for (let at = /** @type {number | undefined} */ (id); at !== undefined; at = parents.get(at)) {
      const name = nameOf(byId.get(at));
      const times = functions.get(name) ?? { own: 0, all: 0 };
      if (at === id) times.own += ms;
      if (!seen.has(name)) times.all += ms;
      seen.add(name);
      functions.set(name, times);
    }
  }
  const own = [...functions].sort(([, a], [, b]) => b.own - a.own).slice(0, 30);
  const all = [...functions].sort(([, a], [, b]) => b.all - a.all).slice(0, 30);
  return [
    "    own ms      with what it calls",
    ...[...new Set([...own, ...all])].map(
      ([name, times]) => `${times.own.toFixed(0).padStart(10)}${times.all.toFixed(0).padStart(10)}  ${name}`,
    ),
  ].join("\n");
}

/** @param {CpuProfile["nodes"][number] | undefined} node */
function nameOf(node) {
  const { functionName = "", lineNumber = -1 } = node?.callFrame ?? {};
  return lineNumber < 0 ? functionName : `${functionName || "(anonymous)"}:${lineNumber + 1}`;
}
