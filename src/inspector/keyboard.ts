import type { DetailTab } from "./detail/detail-pane.ts";

/** What a key asks for. */
export type Command =
  | { readonly do: "step"; readonly by: number }
  | { readonly do: "tab"; readonly tab: DetailTab }
  | { readonly do: "follow" | "newest" | "mark" | "search" | "help" };

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1, Home: -Infinity };
const TABS: Readonly<Record<string, DetailTab>> = { "1": "state", "2": "changes", "3": "blame", "4": "storage" };
const COMMANDS: Readonly<Record<string, "follow" | "newest" | "mark" | "search" | "help">> = {
  f: "follow",
  c: "mark",
  "/": "search",
  "?": "help",
  End: "newest",
};

/** Roles of what makes use of the arrow keys, Home and End itself. */
const MOVING = new Set(["tree", "treeitem", "tab", "tablist", "grid", "slider", "listbox", "option"]);

/**
 * Returns what a key asks for; `undefined` for what is typed into a field or a dialog, and for keys that whatever has the
 * focus makes use of itself.
 */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const path = event.composedPath().filter((one): one is HTMLElement => one instanceof HTMLElement);
  const inside = path.slice(0, path.indexOf(event.currentTarget as HTMLElement));
  if (inside.some((one) => /^(INPUT|TEXTAREA|SELECT|DIALOG)$/.test(one.tagName) || one.isContentEditable))
    return undefined;
  const { key } = event;
  const isMove = key.length > 1;
  if (isMove && inside.some((one) => MOVING.has(one.getAttribute("role") ?? ""))) return undefined;
  if (key in STEPS) return { do: "step", by: STEPS[key]! };
  if (key in TABS) return { do: "tab", tab: TABS[key]! };
  return key in COMMANDS ? { do: COMMANDS[key]! } : undefined;
}
