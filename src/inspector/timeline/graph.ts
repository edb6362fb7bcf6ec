import { svg, html, type TemplateResult } from "lit";
import type { TimelineLayout, TimelineRow, Track } from "./lanes.ts";

const LANE_WIDTH = 13;
const EDGE = 10;
/** Where in its row a checkpoint is drawn, in px from its top. */
const DOT_Y = 14;
/** Lanes further right are drawn over one another: that many side by side tell nothing. */
const MAX_LANES = 9;

const laneX = (lane: number): number => EDGE + Math.min(lane, MAX_LANES - 1) * LANE_WIDTH;
const colorOf = (lane: number): string => `var(--waystone-lane-${(lane % 6) + 1})`;

/** Returns how wide the graph is, in px. */
export function graphWidth(lanes: number): number {
  return laneX(lanes - 1) + EDGE;
}

/** Draws the part of the graph that is in one row. */
export function graphOf(
  { tracks, lanes }: TimelineLayout,
  {
    row,
    index,
    isSelected,
    height,
  }: { readonly row: TimelineRow; readonly index: number; readonly isSelected: boolean; readonly height: number },
): TemplateResult {
  const width = graphWidth(lanes);
  const through = tracks.filter(({ firstRow, endRow }) => firstRow <= index && index <= endRow);
  const x = laneX(row.lane);
  return html`<svg class="graph" width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
    ${through.map((track) => lineOf(track, index, height))}
    ${isSelected ? svg`<circle cx=${x} cy=${DOT_Y} r="8" class="halo" />` : ""}
    <circle cx=${x} cy=${DOT_Y} r=${row.isLatest ? 4.5 : 5} class=${row.isLatest ? "ring" : "dot"} .style=${`--lane: ${colorOf(row.lane)}`} />
  </svg>`;
}

function lineOf({ lane, from, firstRow, lastRow, endRow }: Track, index: number, height: number): TemplateResult {
  const x = laneX(lane);
  const above =
    index > firstRow
      ? svg`<path d="M${x} 0V${DOT_Y}" class=${index > lastRow ? "faint" : ""} />`
      : from === undefined
        ? ""
        : svg`<path d="M${laneX(from)} 0C${laneX(from)} 9 ${x} 3 ${x} ${DOT_Y}" />`;
  const below =
    index < endRow ? svg`<path d="M${x} ${DOT_Y}V${height + 1}" class=${index >= lastRow ? "faint" : ""} />` : "";
  return svg`<g .style=${`--lane: ${colorOf(lane)}`}>${above}${below}</g>`;
}
