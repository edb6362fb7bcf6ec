import axe from "axe-core";
import { page, server } from "vitest/browser";
import { expect } from "vitest";
import { theme } from "../../src/inspector/theme.ts";

/** Stands for the inspector around a part of it: it has the colours, and a size. */
class InspectorStage extends HTMLElement {
  constructor() {
    super();
    const style = document.createElement("style");
    style.textContent = `${theme.cssText} :host { display: block; background: var(--waystone-bg); }`;
    this.attachShadow({ mode: "open" }).append(style, document.createElement("slot"));
  }
}
customElements.define("inspector-stage", InspectorStage);

/** Puts an element on the page, alone, in light or dark. */
export function show<E extends HTMLElement>(element: E, { scheme = "light", width = 520, height = 640 } = {}): E {
  const stage = document.createElement("inspector-stage");
  stage.style.cssText = `color-scheme: ${scheme}; inline-size: ${width}px; block-size: ${height}px; overflow: auto`;
  stage.append(element);
  document.body.style.margin = "0";
  document.body.replaceChildren(stage);
  return element;
}

/** Expects that axe finds nothing wrong with what is on the page. */
export async function expectAccessible(element: HTMLElement): Promise<void> {
  const { violations } = await axe.run(element.parentElement!, { resultTypes: ["violations"] });
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  expect(found).toEqual([]);
}

/** Expects that nothing of an element sticks out of the stage at the side. */
export function expectFits(element: HTMLElement): void {
  const stage = element.parentElement!;
  expect(stage.scrollWidth).toBeLessThanOrEqual(stage.clientWidth);
}

/** Keeps a picture of the stage where one can look at it; where the browser can't be asked for one, does nothing. */
export async function picture(element: HTMLElement, name: string): Promise<void> {
  if (server.provider !== "playwright") return;
  await page.viewport(1200, 900);
  await page.elementLocator(element.parentElement!).screenshot({ path: `../../../.cache/inspector/${name}.png` });
}

/** Returns the elements inside of an element of the inspector, as they are after it has drawn. */
export async function drawn(element: HTMLElement & { updateComplete?: Promise<unknown> }): Promise<ShadowRoot> {
  await element.updateComplete;
  // A virtual list draws its rows once it knows its size.
  for (let frame = 0; frame < 3; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  await element.updateComplete;
  return element.shadowRoot!;
}

/** Presses a key where the focus is inside of an element. */
export function press(target: Element, key: string): void {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true }));
}
