import { openStore } from "waystone";
import { runStatus } from "waystone/steps";

const store = await openStore("example-extension");
const run = store.trace("run-1");
const find = (id: string): HTMLElement => document.querySelector(`#${id}`)!;

/** Shows what is kept, when, and what has come of it. */
async function show(): Promise<void> {
  const lines: string[] = [];
  for await (const { metadata, createdAt } of run.history())
    lines.unshift(`${new Date(createdAt).toLocaleTimeString()} ${String(metadata?.step ?? metadata?.kind)}`);
  find("kept").textContent = lines.join("\n");
  const status = await runStatus(run);
  find("result").textContent = status.kind === "complete" ? String(status.result) : status.kind;
}

// This ends the worker wherever it is, and this page with it: click the extension's icon to see the next one.
find("kill").onclick = () => chrome.runtime.reload();
find("anew").onclick = () => store.deleteTrace(run.id).then(() => chrome.runtime.reload());

run.watch(() => void show());
void chrome.runtime.sendMessage("wake up");
await show();
