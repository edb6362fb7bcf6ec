import type { Control } from "../control.ts";

/** Two tabs, and a dedicated worker of each. */
export const CROWD = ["tab", "tab2", "worker", "worker2"] as const;

/** Opens what is not there of the crowd yet, from the one tab that is, and waits until all of it answers. */
export async function openCrowd(control: Control): Promise<void> {
  await control.call("tab", "openTab", { url: control.url("tab2") });
  await control.call("tab", "startWorker", { client: "worker" });
  await control.call("tab2", "startWorker", { client: "worker2" });
  await Promise.all(CROWD.map((client) => control.call(client, "userAgent", {})));
}
