import type { StorageUsage } from "waystone";
import { bytesText } from "./figures.ts";
import { css, h, styled } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host { display: flex; align-items: center; gap: 10px; font-size: 12px; font-variant-numeric: tabular-nums; }
  .bar {
    position: relative; inline-size: 120px; min-inline-size: 36px; block-size: 8px; border-radius: 4px;
    background: var(--line-strong); overflow: hidden;
  }
  .bar i {
    position: absolute; inset: 0 auto 0 0; min-inline-size: 3px; background: var(--accent);
    transition: inline-size 0.3s;
  }
  p { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--muted); }
  @media (max-width: 480px) { .long { display: none; } }
  b { font-weight: 600; color: var(--text); }
  .ratio {
    flex: none; padding: 1px 7px; border-radius: 20px; background: var(--accent-soft); color: var(--accent);
    font-weight: 600;
  }
`;

/** `<storage-meter>`: what the store holds, against what whole states would have taken. */
export class StorageMeter extends ShadowElement {
  constructor() {
    super(styles);
  }

  set usage({ storedBytes, wholeStateBytes, quotaBytes, persisted }: StorageUsage) {
    const share = wholeStateBytes > 0 ? (100 * storedBytes) / wholeStateBytes : 0;
    const text = `${bytesText(storedBytes)} stored; as whole states it would be ${bytesText(wholeStateBytes)}`;
    this.title = [
      text,
      quotaBytes !== undefined && `${bytesText(quotaBytes)} allowed`,
      persisted !== undefined &&
        (persisted ? "kept until you clear it" : "the browser may clear it when space runs out"),
    ]
      .filter(Boolean)
      .join("; ");
    this.hidden = wholeStateBytes === 0;
    this.root.replaceChildren(
      h(
        "div",
        { class: "bar", role: "img", "aria-label": text },
        styled(h("i"), { "inline-size": `${Math.min(100, share)}%` }),
      ),
      h(
        "p",
        { "aria-hidden": "true" },
        h("b", {}, bytesText(storedBytes)),
        ` stored for ${bytesText(wholeStateBytes)}`,
        h("span", { class: "long" }, " of states"),
      ),
      storedBytes > 0 && wholeStateBytes / storedBytes >= 1.5
        ? h(
            "span",
            { class: "ratio", "aria-hidden": "true" },
            `${(wholeStateBytes / storedBytes).toFixed(wholeStateBytes / storedBytes < 10 ? 1 : 0)}× less`,
          )
        : "",
    );
  }
}

define("storage-meter", StorageMeter);
