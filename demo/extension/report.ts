import { openStore } from "waystone";
import type { ScoutState } from "../agent/state.ts";
import { failureText } from "../ui/failure-text.ts";
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
  const failure = document.createElement("p");
  failure.className = "failure";
  failure.setAttribute("role", "alert");
  failure.textContent = `The report can't be shown. ${failureText(error)}`;
  document.body.replaceChildren(failure);
}

main().catch(fail);
