import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

/** One file of `src`, and how it hangs together with others. */
export interface SourceFile {
  /** From the repository's root: `src/core/store.ts`. */
  readonly path: string;
  /** How long it is, without its doc comments. */
  readonly lines: number;
  /** What it imports, types included: paths like its own, or names of packages. */
  readonly imports: readonly string[];
  /** What it only hands on, having imported it from elsewhere. */
  readonly handsOn: readonly string[];
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every TypeScript file under `folder`, parsed. */
export function readSourceFiles(folder: string): SourceFile[] {
  return listFiles(folder)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => parseFile(path, readFileSync(root + path, "utf8")));
}

/** The paths of all files under `folder`, from the repository's root. */
export function listFiles(folder: string): string[] {
  return readdirSync(root + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(root.length).replaceAll("\\", "/"), entry.name))
    .sort();
}

/** The sources of what `package.json` exports. */
export function entryPoints(): string[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.values(exports)
    .filter((target) => typeof target === "object")
    .map((target) => target.default.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts"));
}

/** Every file and package that can be reached from `starts` by imports. */
export function reachableFrom(starts: readonly string[], files: readonly SourceFile[]): Set<string> {
  const reached = new Set(starts);
  // A set hands out what is added to it during the walk.
  for (const path of reached) {
    for (const next of files.find((file) => file.path === path)?.imports ?? []) reached.add(next);
  }
  return reached;
}

function parseFile(path: string, text: string): SourceFile {
  const { comments, errors, module } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const absolute = (specifier: string) =>
    specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
  const handedOn = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  const imported = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return {
    path,
    lines: comments.reduce((lines, { type, value }) => lines - (type === "Block" ? linesOf(value) : 0), linesOf(text)),
    imports: [...new Set([...imported, ...handedOn])].map(absolute),
    handsOn: [...new Set(handedOn)].map(absolute),
  };
}

function linesOf(text: string): number {
  return text.trimEnd().split("\n").length;
}
