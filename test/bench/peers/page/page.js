// What `durably.mjs` calls. Only the candidate that is asked for is loaded, as a page of its user would.
const candidates = { waystone: () => import("./waystone.js"), durably: () => import("./durably.js") };

/**
 * Runs an agent of so many steps, or goes on with the run that is kept. What ran and what was kept is noted outside,
 * where a kill of the page can't reach it. Returns how long each step took.
 */
window.run = async (name, steps) => {
  const { runAgent } = await candidates[name]();
  const times = [];
  await runAgent(async (runStep) => {
    for (let i = 0; i < steps; i += 1) {
      const begun = performance.now();
      let hasRun = false;
      await runStep(`read ${i}`, async () => {
        hasRun = true;
        await window.noteRun(i);
        return { id: i, title: `page ${i}`, text: "x".repeat(80) };
      });
      if (!hasRun) continue;
      times.push(performance.now() - begun);
      await window.noteKept(i);
    }
  });
  return times;
};
window.isReady = true;
