import type { Outcome, Report, Support } from "../agents/scout/state.ts";

/** How each outcome is said. */
export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  safe: "Use it",
  enhanced: "Enhancement",
  replaced: "Alternative",
  unknown: "No match",
};

/** How a browser's support is said in a cell. */
export function supportText({ grade, since, parts }: Support): string {
  if (grade === "yes") return `since ${since}`;
  if (grade === "later") return `only since ${since}`;
  return parts ? `${parts.have} of ${parts.total} parts` : "no";
}

/** The report as a document to paste into an issue. */
export function reportMarkdown(report: Report): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  const names = report.targets.map(({ name, version }) => `${name} ${version}`);
  return [
    "# What the app needs of browsers",
    `> ${report.goal.replaceAll("\n", "\n> ")}`,
    report.polished ?? report.summary,
    [
      row(["Need", "Feature", "Outcome", ...names]),
      row(["---", "---", "---", ...names.map(() => "---")]),
      ...report.sections.map(({ need, feature, outcome, support }) =>
        row([
          need,
          feature ?? "-",
          OUTCOMES[outcome],
          ...names.map((_, at) => (support[at] ? supportText(support[at]) : "-")),
        ]),
      ),
    ].join("\n"),
    report.sections.map(({ need, advice }) => `- **${need}**: ${advice}`).join("\n"),
    ...(report.dropped.length > 0
      ? [
          `Dropped: ${report.dropped.map(({ target, forNeed }) => `${target.name} ${target.version} (for “${forNeed}”)`).join(", ")}.`,
        ]
      : []),
    `Data: web-features ${report.dataVersion}.`,
  ].join("\n\n");
}
