import { openStore } from "waystone";
import type { ScoutState } from "../agent/state.ts";
import { showFailedPage } from "../ui/failed-page.ts";
import { ReportPage } from "./ui/report-page.ts";

async function main(): Promise<void> {
  const store = await openStore<ScoutState>("baseline-scout");
  const page = new ReportPage();
  document.body.append(page);
  const show = async () => {
    const traceId = decodeURIComponent(location.hash.slice(1));
    page.show(traceId ? (await store.loadLatest(traceId))?.state : undefined);
  };
  const showAgain = () => void show().catch(fail);
  store.watch(({ traceId }) => {
    if (traceId === decodeURIComponent(location.hash.slice(1))) showAgain();
  });
  window.addEventListener("hashchange", showAgain);
  await show();
}

function fail(error: unknown): void {
  showFailedPage("The report can't be shown.", error);
}

main().catch(fail);
