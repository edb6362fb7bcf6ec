import { childrenOf, type Children } from "../values/children.ts";
import { formatStep, type Path, type PathStep } from "../values/path.ts";

/** Beyond that many children, the rest of a container waits behind a row of its own. */
export const PAGE = 10_000;

/** An open container. */
export class Branch {
  readonly id: string;
  readonly value: unknown;
  readonly parent: Branch | undefined;
  /** Its place among the children of its parent. */
  readonly position: number;
  readonly step: PathStep | undefined;
  readonly depth: number;
  readonly children: Children;
  /** The children that are open, in their order. */
  readonly open: Branch[] = [];
  shown: number;
  /** How many rows there are below its own. */
  rows: number;

  constructor(value: unknown, id: string, parent?: Branch, position = 0) {
    this.value = value;
    this.id = id;
    this.parent = parent;
    this.position = position;
    this.step = parent?.children.at(position).step;
    this.depth = parent ? parent.depth + 1 : 0;
    this.children = childrenOf(value) ?? { count: 0, at: () => ({ step: 0, label: "", value: undefined }) };
    this.shown = Math.min(PAGE, this.children.count);
    this.rows = this.shown + (this.shown < this.children.count ? 1 : 0);
  }
}

/** Returns where an open container is. */
export function pathOf(branch: Branch): Path {
  const steps: PathStep[] = [];
  for (let at = branch; at.parent; at = at.parent) steps.push(at.step!);
  return steps.reverse();
}

/** Returns the branch of an object that contains a branch or is it: to open that again would never end. */
export function containing(from: Branch, value: unknown): Branch | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (let branch: Branch | undefined = from; branch; branch = branch.parent) if (branch.value === value) return branch;
  return undefined;
}

/** Returns which child of an open container a step leads to; `undefined` if to none. */
export function positionOf({ children }: Branch, step: PathStep): number | undefined {
  if (typeof step === "number") return step < children.count && children.at(step).step === step ? step : undefined;
  const id = formatStep("", step);
  for (let i = 0; i < children.count; i += 1) if (formatStep("", children.at(i).step) === id) return i;
  return undefined;
}
