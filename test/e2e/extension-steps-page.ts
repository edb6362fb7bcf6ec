// A page of an extension whose background worker drives runs of steps, and is stopped in the middle.
import type { DriveOrder } from "../steps/driver.ts";
import { driveAndKill, type KilledRun } from "../steps/killed-drivers.ts";

declare global {
  /** Stops the extension's worker: only a debugger can. */
  function stopWorker(): Promise<void>;
  var stepsPage: StepsPage;
}

export interface StepsPage {
  driveAndStop(diesAt: number): Promise<KilledRun>;
}

globalThis.stepsPage = {
  driveAndStop: (diesAt) =>
    driveAndKill(
      async () => {
        const { active } = await navigator.serviceWorker.ready;
        return { order: (order: DriveOrder) => active!.postMessage(order), kill: () => stopWorker() };
      },
      "steps",
      diesAt,
    ),
};
