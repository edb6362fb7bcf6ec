import type { BaselineData } from "../../baseline-data.ts";
import type { Step } from "./graph.ts";
import type { Outcome, Report, ScoutState, Section } from "./state.ts";
import { nameTargets } from "./knowledge/support.ts";

/** Puts the sections together and ends the run. */
export function report(data: BaselineData): (state: ScoutState) => Step {
  return (state) => {
    const sections = state.needs.flatMap(({ section }) => (section ? [section] : []));
    const made: Report = {
      goal: state.goal,
      summary: summarise(sections, state),
      targets: state.targets,
      dropped: state.needs.flatMap(({ text, decision }) =>
        (decision?.dropped ?? []).map((target) => ({ target, forNeed: text })),
      ),
      sections,
      dataVersion: data.version,
    };
    const note = `${sections.length} ${sections.length === 1 ? "need" : "needs"} written up`;
    return { state: { ...state, report: made, log: [...state.log, note] }, note };
  };
}

function summarise(sections: readonly Section[], state: ScoutState): string {
  if (sections.length === 0) return "The goal names nothing that the app must do.";
  const many = (outcome: Outcome) => sections.filter((section) => section.outcome === outcome).length;
  const parts = [
    [many("safe"), "can be used as they are", "can be used as it is"],
    [many("enhanced"), "ship as enhancements", "ships as an enhancement"],
    [many("replaced"), "take an alternative", "takes an alternative"],
    [many("unknown"), "have no match in the data", "has no match in the data"],
  ] as const;
  const said = parts.flatMap(([count, plural, singular]) =>
    count ? [`${count} ${count === 1 ? singular : plural}`] : [],
  );
  const list = said.length < 2 ? said.join("") : `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
  return `Of ${sections.length} needs, ${list} in ${nameTargets(state.targets)}.`;
}
