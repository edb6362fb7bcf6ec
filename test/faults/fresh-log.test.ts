import { afterAll, expect, test } from "vitest";
import { Bench } from "./bench.ts";
import { findEngines } from "./engines/engine.ts";

const bench = await Bench.open();
afterAll(() => bench.close());

const STORE = { store: "fresh-log" };
/** The database that Chromium is made to delete. */
const SCRATCH = "waystone-fresh-log";

const all = await findEngines();
const engines = import.meta.env.MODE === "first" ? all.filter(({ name }) => name === "chromium") : all;

test.for(engines.map((engine) => [engine.title, engine] as const))(
  "%s begins a new log once for all tabs and workers, if it is Chromium, and nothing is left of that",
  async ([, engine]) => {
    const { opened, there } = await bench.browseAnew(engine, async ({ control }) => {
      const clients = ["tab", "tab2", "worker"];
      const write = (client: string) => control.call(client, "write", { ...STORE, trace: client, count: 2 });
      await write("tab");
      await control.call("tab", "openTab", { url: control.url("tab2") });
      await control.call("tab", "startWorker", { client: "worker" });
      await Promise.all([write("tab2"), write("worker")]);
      const answers = await Promise.all(clients.map((client) => control.call(client, "databases", {})));
      return { opened: answers.flatMap((answer) => answer.opened), there: answers.at(-1)!.there };
    });
    expect(opened.filter((name) => name === STORE.store)).toHaveLength(3);
    expect(opened.filter((name) => name === SCRATCH)).toHaveLength(engine.name.startsWith("chromium") ? 1 : 0);
    expect(there).toEqual([STORE.store]);
  },
);
