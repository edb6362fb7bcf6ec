// Drives a run of 20 steps in a page, a worker or an extension's worker, until it is to die there.
import { openStore } from "../../src/index.ts";
import { openPage } from "./mortal.ts";
import { twentySteps, type StepCall } from "./twenty-steps.ts";

/** What a driver is asked to do. */
export interface DriveOrder {
  /** The name of the store; what is told goes to the channel of that name. */
  readonly store: string;
  readonly traceId: string;
  /** The call to the store over which it waits to be killed. Default is none. */
  readonly diesAt?: number;
}

/** What a driver tells. */
export type DriverTold =
  | { readonly kind: "called"; readonly call: StepCall }
  | { readonly kind: "dying" }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly error: string };

async function drive({ store: name, traceId, diesAt = Infinity }: DriveOrder): Promise<void> {
  const channel = new BroadcastChannel(name);
  const tell = (told: DriverTold): void => channel.postMessage(told);
  try {
    const store = await openStore(name);
    // Every other one is carried out.
    const page = openPage(store.trace(traceId), { diesAt, isDone: diesAt % 2 === 0, hasLocks: true });
    const dying = setInterval(() => page.isDead && (clearInterval(dying), tell({ kind: "dying" })), 1);
    const result = await twentySteps(page.trace, (call) => tell({ kind: "called", call }));
    clearInterval(dying);
    await store.close();
    tell({ kind: "done", result });
  } catch (error) {
    tell({ kind: "failed", error: String(error) });
  }
}

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<DriveOrder | undefined>;
  if (data?.traceId === undefined) return;
  const driving = drive(data);
  if ("waitUntil" in event) (event as unknown as { waitUntil(until: Promise<void>): void }).waitUntil(driving);
});
// A frame hears nothing before this.
if ("parent" in self) (self as unknown as Window).parent.postMessage("driver", "*");
