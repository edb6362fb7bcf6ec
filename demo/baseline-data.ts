/** A browser as the `web-features` data names it. */
export type BrowserId = "chrome" | "chrome_android" | "edge" | "firefox" | "firefox_android" | "safari" | "safari_ios";

/** Newly available in all of them, widely available, or not yet. */
export type Baseline = "high" | "low" | "none";

/** One release: `[version, day]`, the day as `YYYY-MM-DD`. */
export type Release = readonly [version: string, day: string];

export interface Browser {
  readonly name: string;
  /** Oldest first. */
  readonly releases: readonly Release[];
}

export interface Feature {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly groups: readonly string[];
  readonly baseline: Baseline;
  /** The day on which it became Baseline, if it did. */
  readonly baselineSince?: string;
  /** The version that supports it whole, by browser; absent: none does. */
  readonly support: Readonly<Partial<Record<BrowserId, string>>>;
  /** How many parts the feature has, and how many of them each browser without whole support has. */
  readonly parts?: { readonly total: number; readonly have: Readonly<Partial<Record<BrowserId, number>>> };
  readonly spec: string;
}

/** What the page needs of `web-features`: a tenth of it. */
export interface BaselineData {
  readonly version: string;
  readonly browsers: Readonly<Record<BrowserId, Browser>>;
  readonly features: readonly Feature[];
}
