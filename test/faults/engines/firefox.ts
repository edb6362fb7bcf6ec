import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findFirefox } from "../../engines/firefox.ts";
import type { Engine } from "./engine.ts";
import { ProcessGroup, versionOf } from "./process-group.ts";

/** So that it starts at once with the page it was given, however it ended the last time. */
const PREFERENCES: Readonly<Record<string, boolean | number | string>> = {
  "app.normandy.enabled": false,
  "app.update.enabled": false,
  "browser.aboutwelcome.enabled": false,
  // A picture for the new tab page: it would load the page a second time, with a storage of its own.
  "browser.pagethumbnails.capturing_disabled": true,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.policy.firstRunURL": "",
  "dom.disable_open_during_load": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "termsofuse.bypassNotification": true,
  "toolkit.startup.max_resumed_crashes": -1,
  "toolkit.telemetry.enabled": false,
};

/** Firefox, if it is there. */
export function firefoxEngine(): Engine | undefined {
  const executablePath = findFirefox();
  if (executablePath === undefined) return undefined;
  return {
    name: "firefox",
    title: "Firefox",
    version: () => versionOf(executablePath),
    async start({ profile, url, quotaKiB }) {
      const preferences = {
        ...PREFERENCES,
        ...(quotaKiB !== undefined && { "dom.quotaManager.temporaryStorage.fixedLimit": quotaKiB }),
      };
      const lines = Object.entries(preferences).map(
        ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
      );
      await writeFile(join(profile, "user.js"), lines.join("\n"));
      const args = ["--headless", "--no-remote", "--profile", profile, url];
      const env = { ...process.env, MOZ_CRASHREPORTER_DISABLE: "1" };
      return { processes: await ProcessGroup.start(executablePath, args, { env }) };
    },
  };
}
