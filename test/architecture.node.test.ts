import { expect, test } from "vitest";
import { entryPoints, listFiles, reachableFrom, readSourceFiles } from "./source-files.ts";

/** The rooms of `src`, and what each may import from. Siblings are missing from each other's lists. */
const ROOMS: Record<string, readonly string[]> = {
  core: [],
  state: ["core"],
  pieces: ["core", "state"],
  log: ["core", "state", "pieces"],
  verbs: ["core", "state", "pieces", "log"],
  watch: ["core"],
  store: ["core", "state", "pieces", "log", "verbs", "watch"],
  backends: ["core"],
  codecs: ["core"],
  adapters: ["core", "steps"],
  remotes: ["core"],
  testing: ["core"],
  steps: ["core"],
  inspector: ["core", "steps"],
  archive: ["core", "state", "pieces", "log", "verbs", "store"],
  replicate: ["core", "state", "pieces", "log", "verbs", "store", "archive"],
  "": [
    "core",
    "pieces",
    "store",
    "backends",
    "codecs",
    "adapters",
    "archive",
    "steps",
    "inspector",
    "remotes",
    "replicate",
  ],
};

/** Where a package may be imported, so that each stays on the path of those who use it. */
const PACKAGES: Record<string, string> = {
  idb: "src/backends/indexeddb",
  lit: "src/inspector",
  diff: "src/inspector/changes/text-changes.ts",
  superjson: "src/codecs/superjson.ts",
  "@assistant-ui/react": "src/adapters/assistant-ui",
  ai: "src/adapters/ai-sdk",
  "assistant-stream": "src/adapters/assistant-ui",
  react: "src/adapters/assistant-ui",
  "@langchain/core/load": "src/adapters/langgraph",
  "@langchain/core/runnables": "src/adapters/langgraph",
  "@langchain/core/singletons": "src/adapters/langgraph",
  "@langchain/langgraph-checkpoint": "src/adapters/langgraph",
  "@langchain/langgraph/web": "src/adapters/langgraph",
  "@nats-io/jetstream": "src/remotes/jetstream",
  "@nats-io/nats-core": "src/remotes/jetstream",
  "@openai/agents-core": "src/adapters/openai-agents",
  vitest: "src/testing/vitest.ts",
  "node:test": "src/testing/node.ts",
  "node:v8": "src/backends/postgres/clone.ts",
};

const files = readSourceFiles("src");
const isFile = (path: string) => path.startsWith("src/");
/** `core` for `src/core/store.ts`; the empty string for an entry point at the top. */
const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1] ?? "";

test("every file stands in a room of the design, and every room has files", () => {
  expect(Object.keys(ROOMS).filter((room) => !files.some(({ path }) => roomOf(path) === room))).toEqual([]);
  expect(files.map(({ path }) => path).filter((path) => !(roomOf(path) in ROOMS))).toEqual([]);
});

test("imports point down, and never to a sibling", () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => isFile(target) && roomOf(target) !== roomOf(path))
      .filter((target) => !ROOMS[roomOf(path)]?.includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("an adapter imports nothing of another one's", () => {
  const adapterOf = (path: string) => /^src\/adapters\/[^/]+\//.exec(path)?.[0];
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => adapterOf(path) && adapterOf(target) && adapterOf(path) !== adapterOf(target))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("imports make no cycle", () => {
  const inCycle = files.filter(({ path, imports }) => reachableFrom(imports, files).has(path));
  expect(inCycle.map(({ path }) => path)).toEqual([]);
});

test("a package is imported in its one place", () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => !isFile(target) && !(target in PACKAGES && path.startsWith(PACKAGES[target]!)))
      .map((target) => `${path} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("a memory store with structured clone carries neither superjson nor idb", () => {
  const reached = reachableFrom(["src/memory.ts", "src/codecs/structured-clone.ts"], files);
  expect([...reached].filter((path) => !isFile(path))).toEqual([]);
  const byDefault = reachableFrom(["src/index.ts"], files);
  expect(["idb", "superjson"].filter((name) => !byDefault.has(name))).toEqual([]);
});

test("only entry points hand on what others made", () => {
  const barrels = files.filter(({ path, handsOn }) => handsOn.length > 0 && !entryPoints().includes(path));
  expect(barrels.map(({ path, handsOn }) => `${path} hands on ${handsOn.join(", ")}`)).toEqual([]);
});

test("every entry point of the package has its source, and every file at the top is one", () => {
  const paths = files.map(({ path }) => path);
  expect(entryPoints().filter((path) => !paths.includes(path))).toEqual([]);
  expect(paths.filter((path) => roomOf(path) === "" && !entryPoints().includes(path))).toEqual([]);
});

test("files are named after what they are about", () => {
  const vague = /(^|[/.-])(utils?|types?|helpers?|common|misc|shared)([/.-]|$)/;
  expect([...listFiles("src"), ...listFiles("demo"), ...listFiles("test")].filter((path) => vague.test(path))).toEqual(
    [],
  );
});

test("a file of the library holds one idea: it is not long, its doc comments aside", () => {
  expect(files.filter(({ lines }) => lines > 300).map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
});
