import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";
import { FAULTS, shortForm } from "../faults/suite.ts";
import { listFiles } from "../source-files.ts";
import { suitesOf, type Machine, type Suite, type Tier } from "./tiers.ts";

const TIERS = ["quick", "first", "all", "long"] as const;
const testFiles = listFiles("test").filter((path) => path.endsWith(".test.ts"));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every machine there is: with any of the browsers and servers, and without. */
const machines: readonly Machine[] = Array.from({ length: 32 }, (_, bits) => ({
  hasFullChromium: (bits & 1) > 0,
  hasFirefox: (bits & 2) > 0,
  hasWebKit: (bits & 4) > 0,
  hasPostgres: (bits & 8) > 0,
  hasNats: (bits & 16) > 0,
}));
const [bare, whole] = [machines[0]!, machines[31]!];

/** As Vitest finds them. */
function filesOf({ include, exclude }: Omit<Suite, "name">): string[] {
  return globSync([...include], { cwd: root, ignore: [...exclude], expandDirectories: false }).sort();
}

/** The names of a tier's suites on a machine, with their files. */
function plan(tier: Tier, machine: Machine): Record<string, string[]> {
  return Object.fromEntries(suitesOf(tier, machine).map((suite) => [suite.name, filesOf(suite)]));
}

test("on no machine is a suite empty, and every browser that is there has one", () => {
  for (const machine of machines) {
    for (const tier of TIERS) {
      const empty = Object.entries(plan(tier, machine)).filter(([, files]) => files.length === 0);
      expect(empty, `${tier} on ${JSON.stringify(machine)}`).toEqual([]);
    }
    const { hasFirefox, hasWebKit } = machine;
    const there = ["chromium", "chromium-sqlite", ...(hasFirefox ? ["firefox"] : []), ...(hasWebKit ? ["webkit"] : [])];
    expect(Object.keys(plan("all", machine))).toEqual(["node", ...there, "e2e", "faults"]);
  }
});

test("every pattern of a suite names files that are there", () => {
  for (const tier of TIERS) {
    for (const { name, include, exclude } of suitesOf(tier, whole)) {
      const unused = [...include, ...exclude].filter((glob) => filesOf({ include: [glob], exclude: [] }).length === 0);
      expect(unused, `${tier}, ${name}`).toEqual([]);
    }
  }
});

test("a machine with every browser runs every file, a bare one all but the extensions' and a server's", () => {
  const filesOn = (machine: Machine) => new Set(Object.values(plan("all", machine)).flat());
  const missed = (machine: Machine) => testFiles.filter((path) => !filesOn(machine).has(path));
  expect(missed(whole)).toEqual([]);
  expect(missed(bare)).toEqual([
    "test/backends/postgres/server.node.test.ts",
    "test/e2e/extension-adapters.test.ts",
    "test/e2e/extension-example.test.ts",
    "test/e2e/extension-kit.test.ts",
    "test/e2e/extension-look.test.ts",
    "test/e2e/extension-policy.test.ts",
    "test/e2e/extension-steps.test.ts",
    "test/e2e/extension.test.ts",
    "test/e2e/firefox-extension.test.ts",
    "test/faults/postgres/faults.node.test.ts",
    "test/remotes/jetstream/browser.node.test.ts",
    "test/remotes/jetstream/cluster.node.test.ts",
    "test/remotes/jetstream/server.node.test.ts",
  ]);
});

test("each tier runs what the one before it does, and more", () => {
  for (const [tier, next] of [
    ["quick", "first"],
    ["first", "all"],
  ] as const) {
    const [less, more] = [plan(tier, bare), plan(next, bare)];
    for (const [name, files] of Object.entries(less)) expect(more[name]).toEqual(expect.arrayContaining(files));
    expect(Object.values(more).flat().length).toBeGreaterThan(Object.values(less).flat().length);
  }
});

test("the first answer is the same on every machine", () => {
  for (const machine of machines) expect(plan("first", machine)).toEqual(plan("first", bare));
});

test("wherever a fault can be made, the short form makes it once at least; none is left without a browser", () => {
  const everywhere = ["chromium", "chromium-sqlite", "firefox", "webkit"] as const;
  for (let bits = 0; bits < 8; bits++) {
    const there = everywhere.filter((_, n) => n < 2 || (bits & (1 << (n - 2))) > 0).map((name) => ({ name }));
    const except = (bits & 4) > 0 ? [] : ["power"];
    const made = shortForm(there, { except });
    const possible = FAULTS.filter((fault) => !except.includes(fault.name) && there.some(fault.isFor));
    expect(possible.length).toBeGreaterThan(5);
    expect([...new Set(made.map(({ fault }) => fault.name))]).toEqual(possible.map(({ name }) => name));
    expect(made.filter(({ times }) => !(times > 0))).toEqual([]);
  }
});
