import { openStore } from "waystone";
import { runSteps } from "waystone/steps";
import type { ScoutInput } from "../../demo/agents/scout/scout.ts";
import type { Report } from "../../demo/agents/scout/state.ts";

const HOSTILE = "javascript:document.title = 'taken over'";

/** Stores a run as a stranger's archive could bring it. For a page to import. @public */
export async function forgeRun(): Promise<void> {
  const store = await openStore<unknown>("baseline-scout");
  const section = { need: "a need", outcome: "safe", feature: "a feature", support: [], advice: "" } as const;
  const report: Report = {
    goal: "a goal",
    summary: "",
    targets: [],
    dropped: [],
    sections: [
      { ...section, spec: HOSTILE },
      { ...section, feature: "another", spec: "https://spec.example/" },
    ],
    dataVersion: "1",
  };
  const node = "x, url(https://elsewhere.example/)";
  const input: ScoutInput = { goal: "a goal", targets: [], startedAt: new Date() };
  const head = () => ({ metadata: { title: "A forged run", node, note: node } });
  await runSteps(store.trace("forged"), async () => report, { input, head });
  await store.close();
}
