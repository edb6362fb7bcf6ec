import type { Page } from "playwright";

/** A text on the page, its contrast by WCAG 2, and the luminance of what is behind it. */
export interface TextContrast {
  readonly text: string;
  readonly ratio: number;
  readonly behind: number;
}

/** The contrast of every visible text, shadow roots included; disabled controls are left out. */
export function textContrasts(page: Page): Promise<TextContrast[]> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const rgba = (color: string) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data;
    };
    const luminance = (color: string) => {
      const [red, green, blue] = [...rgba(color)].slice(0, 3).map((byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      }) as [number, number, number];
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const backgroundOf = (element: Element): string => {
      for (let at: Element | null = element; at;) {
        const { backgroundColor } = getComputedStyle(at);
        if (rgba(backgroundColor)[3] === 255) return backgroundColor;
        at = at.parentElement ?? ((at.getRootNode() as ShadowRoot).host as Element | undefined) ?? null;
      }
      return "white";
    };
    const found: { text: string; ratio: number; behind: number }[] = [];
    const walk = (root: ParentNode) => {
      for (const element of root.querySelectorAll("*")) {
        if (element.shadowRoot) walk(element.shadowRoot);
        const text = [...element.childNodes]
          .filter((node) => node.nodeType === 3)
          .map((node) => node.textContent)
          .join("")
          .trim();
        if (!text || element.closest(":disabled, .visually-hidden, style, script, option")) continue;
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true }))
          continue;
        const behind = luminance(backgroundOf(element));
        const front = luminance(getComputedStyle(element).color);
        const [high, low] = [Math.max(front, behind), Math.min(front, behind)];
        found.push({ text: text.slice(0, 60), ratio: Math.round(((high + 0.05) / (low + 0.05)) * 100) / 100, behind });
      }
    };
    walk(document);
    return found;
  });
}
