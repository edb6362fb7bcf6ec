/**
 * The room `state` shows a state as a tree, and edits it.
 *
 * - `branch.ts` is an open container, `row-tree.ts` has the rows of all that are open. `state-tree.ts` draws them,
 *   `state-search.ts` is the field to search by, `value-detail.ts` says all about one value.
 * - `edit.ts` makes a changed copy of a state, `written-values.ts` reads what was written into a field, `state-editor.ts`
 *   has the fields.
 */
import { hasChildren } from "../values/children.ts";
import { formatStep, type Path } from "../values/path.ts";
import { Branch, containing, PAGE, pathOf, positionOf } from "./branch.ts";

/** How many containers `openAll` opens at most. */
const MOST_OPENED = 2_000;

/** One row of the tree. */
export interface Row {
  /** The path as text: the same as long as the row stands for the same place. */
  readonly id: string;
  /** What the place is called in what contains it; `state` for the whole. */
  readonly label: string;
  readonly value: unknown;
  /** 0 for the whole value. */
  readonly depth: number;
  /** Which of its siblings it is, from 0 on, and how many there are. */
  readonly position: number;
  readonly siblings: number;
  readonly canOpen: boolean;
  readonly isOpen: boolean;
  /** The id of the row that holds this very object, of one that contains itself. */
  readonly cycleOf?: string;
  /** How many children are not shown yet, of the row that stands for them. */
  readonly hidden?: number;
  /** Where the value is. */
  readonly path: Path;
}

/**
 * The rows of a value as a tree in which some containers are open. Only open ones are looked into, and a row is made
 * when it is asked for: neither takes longer for a larger value.
 */
export class RowTree {
  #root: Branch;
  #isRootOpen = true;
  /** The open containers below the whole value, by their ids. */
  readonly #branches = new Map<string, Branch>();

  /**
   * @param value - The whole value. It is open.
   * @param openPaths - What else is to be open, as far as it is there: `openPaths` of another tree.
   */
  constructor(value: unknown, openPaths: readonly Path[] = []) {
    this.#root = new Branch(value, "");
    for (const path of openPaths) this.open(path);
  }

  /** How many rows there are. */
  get length(): number {
    return 1 + (this.#isRootOpen ? this.#root.rows : 0);
  }

  /** The containers that are open, the whole value aside: each after those that it is in. */
  get openPaths(): Path[] {
    return [...this.#branches.values()].map(pathOf).sort((a, b) => a.length - b.length);
  }

  /** Returns the row at an index: 0 is the whole value. */
  row(index: number): Row {
    if (index === 0) return this.#rootRow();
    let branch = this.#root;
    let at = index - 1;
    search: for (;;) {
      for (const open of branch.open) {
        if (at <= open.position) break;
        if (at <= open.position + open.rows) {
          at -= open.position + 1;
          branch = open;
          continue search;
        }
        at -= open.rows;
      }
      return this.#childRow(branch, at);
    }
  }

  /** Returns the index of the row at a path, or `undefined` if it is in no open container. */
  indexOf(path: Path): number | undefined {
    if (path.length === 0) return 0;
    if (!this.#isRootOpen) return undefined;
    let branch = this.#root;
    let index = 0;
    for (const [i, step] of path.entries()) {
      const position = positionOf(branch, step);
      if (position === undefined || position >= branch.shown) return undefined;
      index += 1 + position;
      let next: Branch | undefined;
      for (const open of branch.open) {
        if (open.position < position) index += open.rows;
        else if (open.position === position) next = open;
      }
      if (i === path.length - 1) return index;
      if (!next) return undefined;
      branch = next;
    }
    return index;
  }

  /** Opens the container at a path, and all that it is in. Returns whether it is there and has something in it. */
  open(path: Path): boolean {
    this.#isRootOpen = true;
    let branch = this.#root;
    for (const step of path) {
      const position = positionOf(branch, step);
      if (position === undefined) return false;
      if (position >= branch.shown) this.#show(branch, Math.ceil((position + 1) / PAGE) * PAGE);
      const child = this.#openChild(branch, position);
      if (!child) return false;
      branch = child;
    }
    return true;
  }

  /** Opens what the place at a path is in, so that it has a row. Returns its index, or `undefined` if it isn't there. */
  reveal(path: Path): number | undefined {
    const parent = path.slice(0, -1);
    if (!this.open(parent)) return undefined;
    const branch = parent.length === 0 ? this.#root : this.#branches.get(parent.reduce<string>(formatStep, ""))!;
    const position = path.length === 0 ? undefined : positionOf(branch, path.at(-1)!);
    if (position !== undefined && position >= branch.shown) {
      this.#show(branch, Math.ceil((position + 1) / PAGE) * PAGE);
    }
    return this.indexOf(path);
  }

  /** Closes the container at a path, and all that is in it. */
  close(path: Path): void {
    if (path.length === 0) {
      this.#isRootOpen = false;
      return;
    }
    const branch = this.#branches.get(path.reduce<string>(formatStep, ""));
    if (!branch?.parent) return;
    const siblings = branch.parent.open;
    siblings.splice(siblings.indexOf(branch), 1);
    this.#grow(branch.parent, -branch.rows);
    const gone = [branch];
    for (const one of gone) {
      this.#branches.delete(one.id);
      gone.push(...one.open);
    }
  }

  /** Shows more of a container that has more children than are shown at once. */
  showMore(path: Path): void {
    const branch = path.length === 0 ? this.#root : this.#branches.get(path.reduce<string>(formatStep, ""));
    if (branch) this.#show(branch, branch.shown + PAGE);
  }

  /** Opens everything, level by level, as far as that makes sense: some thousand containers. */
  openAll(): void {
    this.#isRootOpen = true;
    const branches = [this.#root];
    for (const branch of branches) {
      for (let i = 0; i < branch.shown && branches.length < MOST_OPENED; i += 1) {
        const child = this.#openChild(branch, i);
        if (child) branches.push(child);
      }
    }
  }

  /** Closes everything except the whole value. */
  closeAll(): void {
    this.#root = new Branch(this.#root.value, "");
    this.#branches.clear();
  }

  #openChild(branch: Branch, position: number): Branch | undefined {
    const child = branch.children.at(position);
    const id = formatStep(branch.id, child.step);
    const known = this.#branches.get(id);
    if (known) return known;
    if (!hasChildren(child.value) || containing(branch, child.value)) return undefined;
    const opened = new Branch(child.value, id, branch, position);
    const next = branch.open.findIndex((other) => other.position > position);
    branch.open.splice(next < 0 ? branch.open.length : next, 0, opened);
    this.#branches.set(id, opened);
    this.#grow(branch, opened.rows);
    return opened;
  }

  #show(branch: Branch, count: number): void {
    const shown = Math.min(count, branch.children.count);
    const rows = shown - branch.shown - (shown === branch.children.count && branch.shown < shown ? 1 : 0);
    branch.shown = shown;
    this.#grow(branch, rows);
  }

  #grow(from: Branch, rows: number): void {
    for (let branch: Branch | undefined = from; branch; branch = branch.parent) branch.rows += rows;
  }

  #rootRow(): Row {
    const { value, children } = this.#root;
    const canOpen = children.count > 0;
    const isOpen = canOpen && this.#isRootOpen;
    return { id: "", label: "state", value, depth: 0, position: 0, siblings: 1, canOpen, isOpen, path: [] };
  }

  #childRow(branch: Branch, position: number): Row {
    const { count } = branch.children;
    const place = { depth: branch.depth + 1, position, siblings: branch.shown < count ? branch.shown + 1 : count };
    if (position >= branch.shown) {
      const hidden = count - branch.shown;
      const more = { label: "", value: undefined, canOpen: false, isOpen: false, hidden, path: pathOf(branch) };
      return { id: `${branch.id} …`, ...place, ...more };
    }
    const { step, label, value } = branch.children.at(position);
    const id = formatStep(branch.id, step);
    const cycle = containing(branch, value);
    return {
      id,
      label,
      value,
      ...place,
      canOpen: cycle === undefined && hasChildren(value),
      isOpen: this.#branches.has(id),
      ...(cycle && { cycleOf: cycle.id }),
      get path() {
        return [...pathOf(branch), step];
      },
    };
  }
}
