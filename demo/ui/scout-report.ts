import type { Outcome, Report, Section, Support } from "../agents/scout/state.ts";
import { css, h, styled } from "./h.ts";
import { OUTCOMES, reportMarkdown, supportText } from "./report-markdown.ts";
import { ShadowElement, define } from "./shadow-element.ts";
import { webAddress } from "./web-address.ts";

const styles = css`
  :host {
    overflow: auto; container-type: inline-size; scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent;
  }
  article { max-inline-size: 1060px; padding: 20px clamp(16px, 3cqi, 28px) 36px; }
  header { display: flex; flex-wrap: wrap; gap: 8px 20px; justify-content: space-between; align-items: start; }
  header div { flex: 1 1 320px; }
  h2 { font-size: 19px; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
  .summary { margin-block-start: 5px; font-size: 14px; max-inline-size: 76ch; text-wrap: pretty; }
  .goal { margin-block-start: 8px; color: var(--muted); max-inline-size: 90ch; text-wrap: pretty; }
  .share { display: flex; gap: 3px; margin-block: 18px 8px; }
  .share i { block-size: 8px; border-radius: 3px; background: var(--tone); flex-grow: var(--count); }
  .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; color: var(--muted); }
  .legend i {
    display: inline-block; inline-size: 8px; block-size: 8px; margin-inline-end: 6px; border-radius: 2px;
    background: var(--tone);
  }
  .legend b { color: var(--text); font-weight: 600; }
  .safe { --tone: var(--good); --soft: var(--good-soft); }
  .enhanced { --tone: var(--warn); --soft: var(--warn-soft); }
  .replaced { --tone: var(--info); --soft: var(--info-soft); }
  .unknown { --tone: var(--muted); --soft: var(--hover); }
  table { inline-size: 100%; margin-block-start: 18px; border-collapse: collapse; }
  th {
    padding: 6px 10px; text-align: start; font-weight: 500; color: var(--muted); font-size: 11.5px;
    border-block-end: 1px solid var(--line-strong); vertical-align: bottom; white-space: nowrap;
  }
  th:first-child, td:first-child { padding-inline-start: 0; }
  td { padding: 11px 10px 0; vertical-align: top; }
  .need { inline-size: 38%; font-weight: 600; }
  td.advice { padding-block: 2px 11px; border-block-end: 1px solid var(--line); color: var(--muted); text-wrap: pretty; }
  .tag {
    display: inline-block; padding: 1px 8px; border-radius: 20px; background: var(--soft); color: var(--tone);
    font-size: 11.5px; font-weight: 600; white-space: nowrap;
  }
  .feature a { font-weight: 500; }
  .baseline { display: block; color: var(--muted); font-size: 11.5px; white-space: nowrap; }
  .support { white-space: nowrap; font-variant-numeric: tabular-nums; }
  .support::before { display: inline-block; inline-size: 1.4em; font-weight: 700; }
  .yes::before { content: "✓"; color: var(--good); }
  .later::before { content: "↑"; color: var(--warn); }
  .no::before { content: "✕"; color: var(--bad); }
  .support span { color: var(--muted); }
  .later span, .no span { color: var(--text); }
  footer { margin-block-start: 16px; color: var(--muted); font-size: 12px; }
  @container (inline-size < 720px) {
    thead { display: none; }
    table { display: block; }
    tbody {
      display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: 12px; padding-block: 12px;
      border-block-end: 1px solid var(--line);
    }
    tr { display: contents; }
    td, td:first-child, td.advice { padding: 2px 0; border: none; inline-size: auto; }
    td:nth-child(n + 3), td.advice { grid-column: 1 / -1; }
    td.advice { grid-row: 2; }
    .feature { margin-block-start: 6px; }
    .support { display: flex; }
    .support::after { content: attr(data-browser); order: -1; flex: 0 0 11em; color: var(--muted); }
  }
`;

const BASELINE = { high: "Widely available", low: "Newly available", none: "Not Baseline yet" } as const;

/** `<scout-report>`: what the agent found out. */
export class ScoutReport extends ShadowElement {
  #shown: Report | undefined;

  constructor() {
    super(styles);
  }

  set report(report: Report | undefined) {
    this.#shown = report;
    this.root.replaceChildren(...(report ? [this.#article(report)] : []));
  }

  #article(report: Report): HTMLElement {
    const copy = h("button", { type: "button", onclick: () => void this.#copy(copy) }, "Copy as Markdown");
    return h(
      "article",
      {},
      h(
        "header",
        {},
        h(
          "div",
          {},
          h("h2", {}, "What the app needs of browsers"),
          h("p", { class: "summary" }, report.polished ?? report.summary),
          h("p", { class: "goal" }, report.goal),
        ),
        copy,
      ),
      ...(report.sections.length > 0 ? [share(report), legend(report), table(report)] : []),
      h(
        "footer",
        {},
        ...report.dropped.map(({ target, forNeed }) =>
          h("p", {}, `Dropped: ${target.name} ${target.version}, for “${forNeed}”.`),
        ),
        report.polished !== undefined &&
          h("p", {}, "The summary is in the words of this browser's own language model."),
        h("p", {}, `Data: web-features ${report.dataVersion}.`),
      ),
    );
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    if (!this.#shown) return;
    try {
      await navigator.clipboard.writeText(reportMarkdown(this.#shown));
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser did not allow it";
    }
    setTimeout(() => (button.textContent = "Copy as Markdown"), 2000);
  }
}

function counts({ sections }: Report): [outcome: Outcome, count: number][] {
  const all = Object.keys(OUTCOMES) as Outcome[];
  return all
    .map((outcome): [Outcome, number] => [outcome, sections.filter((section) => section.outcome === outcome).length])
    .filter(([, count]) => count > 0);
}

function share(report: Report): HTMLElement {
  const parts = counts(report).map(([outcome, count]) => styled(h("i", { class: outcome }), { "--count": count }));
  return h("div", { class: "share", "aria-hidden": "true" }, ...parts);
}

function legend(report: Report): HTMLElement {
  return h(
    "p",
    { class: "legend" },
    ...counts(report).map(([outcome, count]) =>
      h(
        "span",
        { class: outcome },
        h("i", { "aria-hidden": "true" }),
        h("b", {}, count),
        ` ${OUTCOMES[outcome].toLowerCase()}`,
      ),
    ),
  );
}

function table({ targets, sections }: Report): HTMLElement {
  const heading = (text: string) => h("th", { scope: "col" }, text);
  return h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heading("Need"),
        heading("Outcome"),
        heading("Build on"),
        ...targets.map(({ name, version }) => heading(`${name} ${version}`)),
      ),
    ),
    ...sections.map((section) => h("tbody", {}, ...rows(section, targets.length))),
  );
}

/** What a need comes to, and below it, as wide as the table, what to do about it. */
function rows(section: Section, columns: number): HTMLElement[] {
  const { need, advice, outcome, feature, baseline, baselineSince, spec, support } = section;
  const href = webAddress(spec);
  const since = baseline !== "none" && baselineSince ? `, since ${baselineSince.slice(0, 7)}` : "";
  return [
    h(
      "tr",
      {},
      h("td", { class: "need" }, need),
      h("td", {}, h("span", { class: `tag ${outcome}` }, OUTCOMES[outcome])),
      h(
        "td",
        { class: "feature" },
        feature ? (href ? h("a", { href, target: "_blank", rel: "noreferrer" }, feature) : feature) : "-",
        baseline && h("span", { class: "baseline" }, BASELINE[baseline] + since),
      ),
      ...(support.length > 0 ? support.map(cell) : [h("td", { colspan: columns })]),
    ),
    h("tr", {}, h("td", { class: "advice", colspan: 3 + columns }, advice)),
  ];
}

function cell(support: Support): HTMLElement {
  const { name, version } = support.target;
  return h(
    "td",
    { class: `support ${support.grade}`, "data-browser": `${name} ${version}` },
    h("span", {}, supportText(support)),
  );
}

define("scout-report", ScoutReport);
