import { openStore } from "../../src/index.ts";
import { sendEvent } from "../../src/steps.ts";
import type { DriveOrder, DriverTold } from "./driver.ts";
import { keptNames, wrongCalls, type StepCall } from "./twenty-steps.ts";

/** Where a driver lives, and how it is killed for real. */
export interface DriverPlace {
  order(order: DriveOrder): void;
  kill(): Promise<void>;
}

/** What came of a run whose driver was killed. */
export interface KilledRun {
  readonly wasKilled: boolean;
  readonly result: unknown;
  readonly wrong: readonly string[];
}

/**
 * Has a run of 20 steps driven in a place that is killed over its call `diesAt` to the store, and then in another one to
 * its end.
 */
export async function driveAndKill(
  open: () => Promise<DriverPlace>,
  store: string,
  diesAt: number,
): Promise<KilledRun> {
  const traceId = `run ${diesAt}`;
  const here = await openStore(store);
  const run = here.trace(traceId);
  await sendEvent(run, "answer", "yes");
  const first = await drive(await open(), { store, traceId, diesAt });
  const kept = await keptNames(run);
  const last = first.end.kind === "dying" ? await drive(await open(), { store, traceId }) : first;
  await here.close();
  return {
    wasKilled: first.end.kind === "dying",
    result: last.end.kind === "done" ? last.end.result : last.end,
    wrong: last === first ? [] : wrongCalls(first.calls, { kept, after: last.calls }),
  };
}

async function drive(place: DriverPlace, order: DriveOrder): Promise<{ calls: StepCall[]; end: DriverTold }> {
  const channel = new BroadcastChannel(order.store);
  const calls: StepCall[] = [];
  const end = await new Promise<DriverTold>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<DriverTold>) => {
      if (data.kind === "called") calls.push(data.call);
      else resolve(data);
    };
    place.order(order);
  });
  channel.close();
  await place.kill();
  return { calls, end };
}
