/** The alarm that wakes the next worker. */
export const WAKE_ALARM = "baseline-scout.wake";

// Chrome stops a worker after thirty seconds without an event. An alarm as frequent as that would keep it from
// sleeping at all; with this one it dies and is born again while there is work.
const PERIOD_MINUTES = 1;

/** Wakes a worker every minute for as long as it is set. Outlives the worker that set it. */
export class WakeAlarm {
  #set: Promise<void> | undefined;

  set(): Promise<void> {
    // Once for each worker: a call for each step would count as an event and keep the worker awake.
    return (this.#set ??= chrome.alarms.create(WAKE_ALARM, { periodInMinutes: PERIOD_MINUTES }));
  }

  async clear(): Promise<void> {
    this.#set = undefined;
    await chrome.alarms.clear(WAKE_ALARM);
  }
}
