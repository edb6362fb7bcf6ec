import { afterEach, expect, test } from "vitest";
import { deleteStore } from "../../src/index.ts";
import { createMemoryStore } from "../../src/memory.ts";
import { sendEvent } from "../../src/steps.ts";
import { driveAndKill, type DriverPlace } from "./killed-drivers.ts";
import { twentySteps } from "./twenty-steps.ts";

const driver = new URL("driver.ts", import.meta.url).href;

const places: Record<string, () => Promise<DriverPlace>> = {
  async worker() {
    const worker = new Worker(driver, { type: "module" });
    return { order: (order) => worker.postMessage(order), kill: async () => worker.terminate() };
  },
  async page() {
    const frame = document.createElement("iframe");
    const isReady = new Promise<void>((resolve) => {
      const hear = ({ data, source }: MessageEvent): void => {
        if (data !== "driver" || source !== frame.contentWindow) return;
        removeEventListener("message", hear);
        resolve();
      };
      addEventListener("message", hear);
    });
    frame.srcdoc = `<!doctype html><script type="module" src="${driver}"></script>`;
    document.body.append(frame);
    await isReady;
    return { order: (order) => frame.contentWindow!.postMessage(order), kill: async () => frame.remove() };
  },
};

const name = `steps-killed-${crypto.randomUUID()}`;
afterEach(() => deleteStore(name));

test.each(Object.keys(places))(
  "a %s is killed at each await of a run of 20 steps: nothing that is kept runs again, and all comes out the same",
  async (place) => {
    const undisturbed = createMemoryStore().trace("run");
    await sendEvent(undisturbed, "answer", "yes");
    const expected = await twentySteps(undisturbed, () => {});
    let deaths = 0;
    for (let wasKilled = true; wasKilled;) {
      const run = await driveAndKill(places[place]!, name, deaths);
      expect({ ...run, diesAt: deaths }).toEqual({ ...run, result: expected, wrong: [], diesAt: deaths });
      ({ wasKilled } = run);
      if (wasKilled) deaths += 1;
    }
    expect(deaths).toBeGreaterThan(20);
  },
  180_000,
);
