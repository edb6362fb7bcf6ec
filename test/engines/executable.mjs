// @ts-check
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The first of `candidates`, absolute paths or names to look up in PATH, that this machine has.
 *
 * A program that the environment variable names goes before them all, and throws if it isn't there.
 *
 * @param {string} variable
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
export function findExecutable(variable, candidates) {
  const named = process.env[variable];
  if (named) {
    const path = lookUp(named);
    if (path === undefined) throw new Error(`${variable} names ${named}, which is no executable file.`);
    return path;
  }
  return candidates.map(lookUp).find((path) => path !== undefined);
}

/**
 * @param {string} program
 * @returns {string | undefined}
 */
function lookUp(program) {
  const folders = isAbsolute(program) ? [""] : (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => (folder ? join(folder, program) : program)).find(isExecutableFile);
}

/** @param {string} path */
function isExecutableFile(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
