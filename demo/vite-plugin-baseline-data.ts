import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import type { BaselineData, Browser, BrowserId, Feature } from "./baseline-data.ts";

const VIRTUAL = "virtual:baseline-data";
const RESOLVED = `\0${VIRTUAL}`;

interface Status {
  baseline: "high" | "low" | false;
  baseline_low_date?: string;
  support: Partial<Record<BrowserId, string>>;
  by_compat_key?: Record<string, Status>;
}
interface RawFeature {
  kind: string;
  name: string;
  description: string;
  group?: string[];
  spec: string[];
  discouraged?: object;
  status: Status;
}
interface RawData {
  browsers: Record<BrowserId, { name: string; releases: { version: string; date: string }[] }>;
  features: Record<string, RawFeature>;
  groups: Record<string, { name: string }>;
}

function partsOf(status: Status, browsers: readonly BrowserId[]): Feature["parts"] {
  const lacking = browsers.filter((id) => status.support[id] === undefined);
  const parts = Object.values(status.by_compat_key ?? {});
  if (lacking.length === 0 || parts.length < 2) return undefined;
  const have = lacking.map((id) => [id, parts.filter((part) => part.support[id] !== undefined).length] as const);
  return { total: parts.length, have: Object.fromEntries(have.filter(([, count]) => count > 0)) };
}

/** The part of the `web-features` data that the page needs: no discouraged features, no compatibility keys. */
export function slim(data: RawData, version: string): BaselineData {
  const ids = Object.keys(data.browsers) as BrowserId[];
  const browsers = Object.fromEntries(
    ids.map((id): [BrowserId, Browser] => {
      const { name, releases } = data.browsers[id];
      return [id, { name, releases: releases.map((release) => [release.version, release.date] as const) }];
    }),
  ) as Record<BrowserId, Browser>;
  const features = Object.entries(data.features).flatMap(([id, raw]): Feature[] => {
    if (raw.kind !== "feature" || raw.discouraged) return [];
    const { status } = raw;
    const parts = partsOf(status, ids);
    return [
      {
        id,
        name: raw.name,
        description: raw.description,
        groups: (raw.group ?? []).map((group) => data.groups[group]?.name ?? group),
        baseline: status.baseline || "none",
        ...(status.baseline_low_date && { baselineSince: status.baseline_low_date.replace("≤", "") }),
        support: status.support,
        ...(parts && { parts }),
        spec: raw.spec[0] ?? "",
      },
    ];
  });
  return { version, browsers, features };
}

/** Reads the installed `web-features` package and slims it. */
export async function readBaselineData(): Promise<BaselineData> {
  const { resolve } = createRequire(import.meta.url);
  const [data, manifest] = await Promise.all(
    ["data.json", "package.json"].map(async (name) => {
      const beside = resolve("web-features/data.json").replace(/data\.json$/, name);
      return JSON.parse(await readFile(beside, "utf8")) as unknown;
    }),
  );
  return slim(data as RawData, (manifest as { version: string }).version);
}

/** Serves the slimmed data as the module `virtual:baseline-data`. */
export function baselineData(): Plugin {
  return {
    name: "baseline-data",
    resolveId: (id) => (id === VIRTUAL ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      // Browsers parse a JSON string faster than the literal it stands for.
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(await readBaselineData()))});`;
    },
  };
}
