/// <reference types="vite-plugin-pwa/vanillajs" />
import { registerSW } from "virtual:pwa-register";
import { UpdateOffer } from "./ui/update-offer.ts";

const CHECK_EVERY_MS = 3_600_000;

/**
 * Keeps the page for when there is no network. A new version is fetched beside the one in use, and offered: this tab changes
 * over when it is asked to, and never because another tab did.
 */
export function keepOffline(): void {
  const offer = new UpdateOffer();
  document.body.append(offer);
  let isWanted = false;
  const changeOver = registerSW({
    onNeedRefresh: () =>
      offer.show(() => {
        isWanted = true;
        void changeOver();
      }),
    onNeedReload: () => {
      if (isWanted) location.reload();
      else offer.show(() => location.reload());
    },
    onRegisteredSW: (_url, registration) => {
      // A tab may stay open for weeks, and browsers look only when a page is opened.
      if (registration) setInterval(() => void registration.update().catch(() => {}), CHECK_EVERY_MS);
    },
  });
}
