import type { BaselineData, Feature } from "../../../baseline-data.ts";
import type { Support, Target } from "../state.ts";

/** What `target` makes of `feature`, by the order of its browser's releases. */
export function supportIn(feature: Feature, target: Target, data: BaselineData): Support {
  const since = feature.support[target.browser];
  if (since === undefined) {
    const have = feature.parts?.have[target.browser];
    return { target, grade: "no", ...(have && { parts: { have, total: feature.parts!.total } }) };
  }
  const releases = data.browsers[target.browser].releases.map(([version]) => version);
  // `≤79` means "79 or earlier". Reading it as 79 never promises too much.
  const first = releases.indexOf(since.replace("≤", ""));
  return { target, grade: first <= releases.indexOf(target.version) ? "yes" : "later", since: since.replace("≤", "") };
}

export function isSafe(feature: Feature, targets: readonly Target[], data: BaselineData): boolean {
  return targets.every((target) => supportIn(feature, target, data).grade === "yes");
}

/** `Firefox 128`, `Chrome 120 and Safari 17`. */
export function nameTargets(targets: readonly Target[]): string {
  const names = targets.map(({ name, version }) => `${name} ${version}`);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
