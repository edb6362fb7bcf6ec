/** Slow ways through a state, without recursion: for what a fast copy leaves out or gives up on. */
import { CheckpointStoreError, type CheckpointStoreErrorDetails } from "../core/errors.ts";
import {
  isContainer,
  Refusal,
  SHARED_BUFFER,
  shapeOf,
  shapeOfContent,
  storable,
  TOO_DEEP_TO_KEEP,
  type Holding,
  type Shape,
} from "./classify.ts";
import { bufferOf, partsOf, stepTo } from "./parts.ts";
import { MAX_DEPTH } from "./snapshot.ts";

/** What a refusal is about, beside the path. */
export type RefusalDetails = Pick<CheckpointStoreErrorDetails, "traceId" | "checkpointId">;

/** What is known of a state once somebody has gone through it. */
export interface Survey {
  /** The objects that are reached in more than one way. */
  readonly shared: ReadonlySet<object>;
  /** Objects to be copied ahead of what holds them, the deepest first: from one to the next it is not far. */
  readonly cuts: readonly Cut[];
  /** The cut below which the place of each object is where it is met first; `undefined`: above all cuts. */
  readonly cutAbove: ReadonlyMap<object, object | undefined>;
}

/** An object to be copied ahead of what holds it. */
export interface Cut {
  readonly value: object;
  /** Which part of which it is, from the root down. */
  readonly path: readonly number[];
}

/** How far it is from one cut to the next. */
const CUT_EVERY = 50;

/** An object on the way through a state. */
interface Visit {
  readonly value: object;
  readonly parent: Visit | undefined;
  /** Which of the parent's parts it is. */
  readonly index: number;
  readonly depth: number;
  readonly shape: Shape;
  readonly parts: readonly unknown[];
  cut: object | undefined;
  cutDepth: number;
}

/** What can't be stored, and where it stands. */
class Misfit extends Error {
  readonly path: readonly [parent: Visit | undefined, index: number];

  constructor(path: readonly [Visit | undefined, number], cause: unknown) {
    super("a part that can't be stored", { cause });
    this.path = path;
  }
}

/** Goes through a state. @throws Misfit for the first part that can't be stored. */
export function surveyOf(root: unknown, holding: Holding): Survey {
  const shared = new Set<object>();
  const cuts: Visit[] = [];
  const cutAbove = new Map<object, object | undefined>();
  const visits = new Map<object, Visit>();
  let hasInstances = false;
  visitAll(root, holding, {
    enter(visit) {
      const { value, parent, depth, shape } = visit;
      cutAbove.set(value, visit.cut);
      if (depth - visit.cutDepth >= CUT_EVERY && parent?.shape !== "instance") {
        cuts.push(visit);
        visit.cut = value;
        visit.cutDepth = depth;
      }
      if (holding.custom !== undefined) visits.set(value, visit);
      if (shape === "instance") hasInstances = true;
    },
    meetAgain: (value) => void shared.add(value),
  });
  if (hasInstances && shared.size > 0) refuseInstancesInCycles(visits);
  cuts.sort((a, b) => b.depth - a.depth);
  return { shared, cuts: cuts.map((visit) => ({ value: visit.value, path: indexesTo(visit) })), cutAbove };
}

function indexesTo({ parent, index }: Visit): number[] {
  const path = [index];
  for (let visit = parent; visit !== undefined; visit = visit.parent) path.push(visit.index);
  // Of the root there is none.
  path.pop();
  return path.reverse();
}

/** The error for a value that can't be stored, naming the first such part of `root`. */
export function refusalOf(
  root: unknown,
  {
    name,
    holding,
    about,
    cause: given,
  }: { name: string; holding: Holding; about: RefusalDetails | undefined; cause: unknown },
): CheckpointStoreError {
  const found = given instanceof Misfit ? given : findMisfit(root, holding);
  const path = found === undefined ? name : pathOf(found.path, name);
  const cause = found === undefined ? given : found.cause;
  const shown = path.length > 200 ? `${path.slice(0, 90)} … ${path.slice(-90)}` : path;
  const reason = cause instanceof Refusal ? cause.message : "can't be read";
  return new CheckpointStoreError("serialization", `${shown} ${reason}`, { ...about, path, cause });
}

/** Where in a value an object stands, as one would write it in code. */
export function pathTo(
  target: object,
  { root, name, holding }: { root: unknown; name: string; holding: Holding },
): string {
  let path = name;
  visitAll(root, holding, {
    enter({ value, parent, index }) {
      if (value === target) path = pathOf([parent, index], name);
    },
  });
  return path;
}

function findMisfit(root: unknown, holding: Holding): Misfit | undefined {
  try {
    surveyOf(root, holding);
  } catch (error) {
    if (error instanceof Misfit) return error;
    throw error;
  }
  return undefined;
}

/** Visits every object once, in the order of reading. @throws Misfit. */
function visitAll(
  root: unknown,
  holding: Holding,
  { enter, meetAgain }: { enter(visit: Visit): void; meetAgain?(value: object): void },
): void {
  const met = new Set<object>();
  const buffers = new Set<object>();
  const open: [value: unknown, parent: Visit | undefined, index: number][] = [[root, undefined, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, parent, index] = next;
    try {
      if (typeof value !== "object") storable(value);
      if (typeof value !== "object" || value === null) continue;
      if (met.has(value)) {
        meetAgain?.(value);
        continue;
      }
      met.add(value);
      const shape = parent?.shape === "instance" ? shapeOfContent(value, holding) : shapeOf(value, holding);
      const depth = parent === undefined ? 0 : parent.depth + 1;
      if (depth >= MAX_DEPTH && isContainer(shape)) throw new Refusal(TOO_DEEP_TO_KEEP);
      if (shape === "bytes") {
        const buffer = bufferOf(value as ArrayBuffer);
        if (buffers.has(buffer)) throw new Refusal(SHARED_BUFFER);
        buffers.add(buffer);
      }
      const parts = partsOf(value, shape, holding);
      const { cut, cutDepth = 0 } = parent ?? {};
      const visit: Visit = { value, parent, index, depth, shape, parts, cut, cutDepth };
      enter(visit);
      for (let i = parts.length - 1; i >= 0; i -= 1) open.push([parts[i], visit, i]);
    } catch (cause) {
      throw new Misfit([parent, index], cause);
    }
  }
}

function pathOf([parent, index]: readonly [Visit | undefined, number], name: string): string {
  const steps: string[] = [];
  let at = index;
  for (let visit = parent; visit !== undefined; at = visit.index, visit = visit.parent) {
    steps.push(stepTo(at, visit));
  }
  return name + steps.reverse().join("");
}

/**
 * An instance is made of parts that were made before: it can't be part of what it is made of. So none may be part of a
 * cycle, which are found as strongly connected components (Tarjan, 1972).
 *
 * @throws Misfit.
 */
function refuseInstancesInCycles(visits: ReadonlyMap<object, Visit>): void {
  const numbers = new Map<Visit, number>();
  const lowest = new Map<Visit, number>();
  const unassigned: Visit[] = [];
  const path: { visit: Visit; next: number }[] = [];
  const enter = (visit: Visit): void => {
    numbers.set(visit, numbers.size);
    lowest.set(visit, numbers.get(visit)!);
    unassigned.push(visit);
    path.push({ visit, next: 0 });
  };
  const lower = (visit: Visit, number: number): void => {
    if (number < lowest.get(visit)!) lowest.set(visit, number);
  };
  for (const first of visits.values()) {
    if (!numbers.has(first)) enter(first);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { visit } = top;
      if (top.next < visit.parts.length) {
        const part = visits.get(visit.parts[top.next] as object);
        top.next += 1;
        if (part === undefined) continue;
        if (!numbers.has(part)) enter(part);
        else if (lowest.get(part) !== Infinity) lower(visit, numbers.get(part)!);
        continue;
      }
      path.pop();
      const above = path.at(-1)?.visit;
      if (above !== undefined) lower(above, lowest.get(visit)!);
      if (lowest.get(visit) !== numbers.get(visit)) continue;
      const component = unassigned.splice(unassigned.indexOf(visit));
      const instance = component.length > 1 ? component.find(({ shape }) => shape === "instance") : undefined;
      if (instance !== undefined) {
        const reason = "is an instance of a registered class that holds itself";
        throw new Misfit([instance.parent, instance.index], new Refusal(reason));
      }
      for (const member of component) lowest.set(member, Infinity);
    }
  }
}
