import { asker, type Place } from "./ask-place.ts";

/** How to start each place that an agent may run in, beside the page itself. */
export const places = {
  "dedicated worker": async () => {
    const worker = new Worker(new URL("place.ts", import.meta.url), { type: "module" });
    return { ask: asker(worker, worker), stop: async () => worker.terminate() };
  },
  "shared worker": async () => {
    const worker = new SharedWorker(new URL("place.ts", import.meta.url), { type: "module" });
    worker.port.start();
    return { ask: asker(worker.port, worker), stop: async () => worker.port.close() };
  },
  "service worker": async () => {
    // Asked by its registration, it need not control this page.
    const registration = await navigator.serviceWorker.register(new URL("place.ts", import.meta.url), {
      type: "module",
    });
    const worker = (registration.installing ?? registration.waiting ?? registration.active)!;
    await activated(worker);
    return { ask: asker(worker, worker), stop: async () => void (await registration.unregister()) };
  },
} satisfies Record<string, () => Promise<Place>>;

export type PlaceName = keyof typeof places;

/** Which places this browser has, with module scripts in them. */
export function placesHere(): PlaceName[] {
  const has: Record<PlaceName, boolean> = {
    "dedicated worker": takesModules((options) => new Worker("data:,", options).terminate()),
    "shared worker": takesModules((options) => new SharedWorker("data:,", options).port.close()),
    "service worker": takesModules((options) => navigator.serviceWorker.register("data:,", options).catch(() => {})),
  };
  return (Object.keys(has) as PlaceName[]).filter((name) => has[name]);
}

/** A browser that knows module scripts reads the option that asks for one. */
function takesModules(start: (options: WorkerOptions) => unknown): boolean {
  let isRead = false;
  const options: WorkerOptions = {
    get type() {
      isRead = true;
      return "module" as const;
    },
  };
  try {
    start(options);
  } catch {
    // Not even the class is there.
  }
  return isRead;
}

function activated(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the service worker could not be installed"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}
