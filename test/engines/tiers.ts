/** How soon a run answers, and so how much of the tests it takes; `long` is `all` in its long form. */
export type Tier = "quick" | "first" | "all" | "long";

/** What this machine has to test in, beside Node and a Chromium, which are always there. */
export interface Machine {
  /** Whether its Chromium is a whole browser: a headless shell loads no extensions. */
  readonly hasFullChromium: boolean;
  readonly hasFirefox: boolean;
  readonly hasWebKit: boolean;
  readonly hasPostgres: boolean;
  readonly hasNats: boolean;
}

export type SuiteName = "node" | "chromium" | "chromium-sqlite" | "firefox" | "webkit" | "e2e" | "faults";

/** Test files that run in one place. */
export interface Suite {
  readonly name: SuiteName;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

type Files = Omit<Suite, "name">;

/** Suites that drive browsers themselves. */
const E2E: Files = { include: ["test/e2e/*.test.ts"], exclude: [] };
const FAULTS: Files = { include: ["test/faults/*.test.ts"], exclude: [] };
const DRIVING = [...E2E.include, ...FAULTS.include];
const EXTENSION = ["test/e2e/extension*.test.ts"];
const FIREFOX_EXTENSION = ["test/e2e/firefox-extension.test.ts"];
/** The kit on the databases that Chromium is moving to. */
const SQLITE: Files = { include: ["test/conformance/sqlite.browser.test.ts"], exclude: [] };

/** A file `name.test.ts` runs in Node and in every browser, `name.node.test.ts` and `name.browser.test.ts` as they say. */
const IN_NODE: Files = { include: ["test/**/*.test.ts"], exclude: ["test/**/*.browser.test.ts", ...DRIVING] };
const IN_BROWSERS: Files = {
  include: ["test/**/*.test.ts"],
  exclude: ["test/**/*.node.test.ts", ...SQLITE.include, ...DRIVING],
};

/** Takes seconds each, so not for the loop of edit and test. */
const NOT_QUICK = [
  "test/conformance/{indexeddb,model}.test.ts",
  "test/docs/examples.node.test.ts",
  "test/archive/concurrent.test.ts",
  "test/damage/mutations.test.ts",
  "test/steps/kills.test.ts",
];
/** Takes ten seconds each, about what breaks least often: other codecs and backends, adapters, large archives. */
const NOT_FIRST = [
  "test/conformance/structured-clone.test.ts",
  "test/conformance/{encrypted,liberal-backend,node-adapter}.node.test.ts",
  "test/archive/{codecs,flat-memory}.node.test.ts",
  "test/backends/postgres/{kit,server}.node.test.ts",
  "test/conformance/postgres.node.test.ts",
  "test/adapters/langgraph/official-postgres.node.test.ts",
  "test/faults/postgres/*.node.test.ts",
  "test/remotes/jetstream/*.node.test.ts",
  "test/replicate/schedules.node.test.ts",
];
/** Takes a server: elsewhere, PGlite stands in for it. */
const ON_POSTGRES = ["test/backends/postgres/server.node.test.ts", "test/faults/postgres/*.node.test.ts"];
/** Takes a nats-server. */
const ON_NATS = ["test/remotes/jetstream/*.node.test.ts"];
/** Takes half a minute in each browser. */
const LARGE = ["test/faults/large-values.test.ts"];
/** What only a browser can tell, and soon. */
const FIRST_IN_CHROMIUM = [
  "test/conformance/indexeddb.test.ts",
  "test/backends/{data-loss.browser,force-close.browser,durability,faulty,opening}.test.ts",
  "test/{engines,takeover}/*.test.ts",
  "test/steps/{waits,owner.browser}.test.ts",
];
/** Tells nothing new in another browser than Chromium, since no interface of the browser's has a part in it. */
const IN_CHROMIUM_ALONE = [
  "test/adapters/**/*.test.ts",
  "test/archive/*.test.ts",
  "test/damage/*.test.ts",
  "test/conformance/{memory,encrypted.browser}.test.ts",
  "test/steps/{errors,changed,kills,killed.browser}.test.ts",
];
/** The kit with structured clone: each browser has it in workers, in places.browser.test.ts. */
const LONG_IN_BROWSERS = ["test/conformance/structured-clone.test.ts"];

/** What runs in which tier, and where. */
const TIERS: Record<Tier, Partial<Record<SuiteName, Files>>> = {
  quick: { node: without(IN_NODE, [...NOT_QUICK, ...NOT_FIRST]) },
  first: {
    node: without(IN_NODE, NOT_FIRST),
    chromium: { ...IN_BROWSERS, include: FIRST_IN_CHROMIUM },
    e2e: { include: ["test/e2e/demo-resume.test.ts"], exclude: [] },
    faults: without(FAULTS, LARGE),
  },
  all: {
    node: IN_NODE,
    chromium: without(IN_BROWSERS, LONG_IN_BROWSERS),
    "chromium-sqlite": SQLITE,
    firefox: without(IN_BROWSERS, [...LONG_IN_BROWSERS, ...IN_CHROMIUM_ALONE]),
    webkit: without(IN_BROWSERS, [...LONG_IN_BROWSERS, ...IN_CHROMIUM_ALONE]),
    e2e: E2E,
    faults: FAULTS,
  },
  long: {
    node: IN_NODE,
    chromium: IN_BROWSERS,
    "chromium-sqlite": SQLITE,
    firefox: without(IN_BROWSERS, IN_CHROMIUM_ALONE),
    webkit: without(IN_BROWSERS, IN_CHROMIUM_ALONE),
    e2e: E2E,
    faults: FAULTS,
  },
};

/** The suites of a tier that this machine can run, in the order in which they take turns. */
export function suitesOf(
  tier: Tier,
  { hasFullChromium, hasFirefox, hasWebKit, hasPostgres, hasNats }: Machine,
): Suite[] {
  const withoutServers = [...(hasPostgres ? [] : ON_POSTGRES), ...(hasNats ? [] : ON_NATS)];
  const { node, firefox, webkit, e2e, ...rest } = TIERS[tier];
  const here: Partial<Record<SuiteName, Files>> = {
    ...rest,
    ...(node && { node: without(node, withoutServers) }),
    ...(firefox && hasFirefox && { firefox }),
    ...(webkit && hasWebKit && { webkit }),
    ...(e2e && {
      e2e: without(e2e, [...(hasFullChromium ? [] : EXTENSION), ...(hasFirefox ? [] : FIREFOX_EXTENSION)]),
    }),
  };
  return (Object.keys(TIERS.all) as SuiteName[]).flatMap((name) => {
    const files = here[name];
    return files ? [{ name, ...files }] : [];
  });
}

function without({ include, exclude }: Files, others: readonly string[]): Files {
  return { include, exclude: [...exclude, ...others] };
}
