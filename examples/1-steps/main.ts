import { openStore } from "waystone";
import { runStatus, runSteps, sendEvent } from "waystone/steps";
import { agent } from "./agent.ts";

const store = await openStore("example-steps");
const run = store.trace("run-1");
const find = (id: string): HTMLElement => document.querySelector(`#${id}`)!;

/** Shows what is kept, and what the run waits for. */
async function show(): Promise<void> {
  const lines: string[] = [];
  for await (const { metadata } of run.history()) lines.unshift(String(metadata?.step ?? metadata?.kind));
  find("kept").textContent = lines.join("\n");
  const status = await runStatus(run);
  const [asked] = status.events;
  find("question").textContent = asked === undefined ? status.kind : String(asked.question);
  find("answers").hidden = asked === undefined;
}

find("yes").onclick = () => sendEvent(run, "answer", "yes");
find("no").onclick = () => sendEvent(run, "answer", "no");
// A reload ends the page wherever it is: nothing of it runs any more, and nothing is told.
find("kill").onclick = () => location.reload();
find("anew").onclick = () => store.deleteTrace(run.id).then(() => location.reload());

run.watch(() => void show());
await show();
find("result").textContent = await runSteps(run, agent, { input: { city: "Delft" }, graphHash: "1" });
await show();
