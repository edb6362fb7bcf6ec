import axe from "axe-core";
import { page, server } from "vitest/browser";
import type { Store } from "../../src/index.ts";
import type { CheckpointInspectorElement } from "../../src/inspector.ts";

/** Puts an inspector of a store into the page, which it fills. */
export function inspect(
  store: Store | undefined,
  more: Partial<CheckpointInspectorElement> = {},
): CheckpointInspectorElement {
  document.documentElement.lang = "en";
  document.title = "An inspector";
  document.body.style.cssText = "margin:0;block-size:100vh";
  const element = document.createElement("checkpoint-inspector");
  Object.assign(element, { store, ...more });
  const heading = document.createElement("h1");
  heading.textContent = document.title;
  heading.style.cssText = "position:absolute;clip-path:inset(50%)";
  const main = document.createElement("main");
  main.style.blockSize = "100%";
  main.append(heading, element);
  document.body.replaceChildren(main);
  return element;
}

/** Waits until two frames were drawn. */
export async function drawn(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Returns what of the page is hard to use, and where. */
export async function barriers(): Promise<string[]> {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join()}: ${failureSummary}`),
  );
}

/** Presses keys, one after the other, where the focus is. Names of more than one letter are in braces: `j{Home}`. */
export async function press(keys: string): Promise<void> {
  for (const [, name, letter] of keys.matchAll(/\{(\w+)\}|(.)/g)) {
    let target: Element = document.activeElement!;
    while (target.shadowRoot?.activeElement != null) target = target.shadowRoot.activeElement;
    target.dispatchEvent(
      new KeyboardEvent("keydown", { key: name ?? letter!, bubbles: true, composed: true, cancelable: true }),
    );
    await drawn();
  }
}

/** Sets the page's size and colours, and takes a picture of it, for whoever looks, where the browser can be asked for one. */
export async function picture(
  name: string,
  scheme: "light" | "dark",
  [width, height]: readonly [number, number],
): Promise<void> {
  document.documentElement.style.colorScheme = scheme;
  await page.viewport(width, height);
  await drawn();
  await drawn();
  if (server.provider !== "playwright") return;
  await page.screenshot({ path: `../../.cache/inspector/${name}-${scheme}.png` });
}
