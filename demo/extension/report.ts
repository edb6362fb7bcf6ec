import { openStore } from "waystone";
import type { StepsState } from "waystone/steps";
import { stateOf } from "../agents/scout/scout.ts";
import { showFailedPage } from "../ui/failed-page.ts";
import { ReportPage } from "./ui/report-page.ts";

async function main(): Promise<void> {
  const store = await openStore<StepsState>("baseline-scout");
  const page = new ReportPage();
  document.body.append(page);
  const show = async () => {
    const traceId = decodeURIComponent(location.hash.slice(1));
    const latest = traceId ? await store.loadLatest(traceId) : undefined;
    page.show(latest && stateOf(latest.state));
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
