import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { base } from "../theme.ts";
import { Slices } from "../slices.ts";
import { imageTypeOf } from "../values/images.ts";
import { bytesOf, describe, kindOf, measure } from "../values/kinds.ts";
import { writeValue } from "../values/notation.ts";
import { formatPath, type Path } from "../values/path.ts";
import { define } from "../define.ts";

/** Of a longer string, this much is shown at first. */
const MOST_CHARACTERS = 2_000;
/** Of bytes that are no image, so many are shown. */
const MOST_BYTES = 64;
/** What a browser shows as an image without running anything in it. */
const IMAGE_TYPE = /^image\/(png|jpeg|gif|webp|avif)$/;

/** `<waystone-value-detail>`: one value of a state, with all there is to say about it, and buttons to copy it. */
export class ValueDetail extends LitElement {
  static override properties = {
    value: { attribute: false },
    path: { attribute: false },
    note: { attribute: false },
    isWhole: { state: true },
    copied: { state: true },
    image: { state: true },
  };
  static override styles = [
    base,
    css`
      :host { display: grid; gap: 6px; padding: 8px 10px; background: var(--waystone-raised); }
      header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-inline-size: 0; }
      .path { flex: 1 1 12ch; font-weight: 600; overflow-wrap: anywhere; }
      .copies { display: flex; gap: 2px; margin-inline-start: auto; }
      pre {
        margin: 0; max-block-size: 40vh; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
        font: 12px/1.5 var(--waystone-mono);
      }
      img {
        max-inline-size: 100%; max-block-size: 200px; justify-self: start; border: 1px solid var(--waystone-line);
        border-radius: 4px;
        background: repeating-conic-gradient(var(--waystone-line) 0 25%, var(--waystone-surface) 0 50%) 0 0 / 12px 12px;
      }
      .all { justify-self: start; }
    `,
  ];

  declare value: unknown;
  declare path: Path;
  /** What else is known of it: `the same object as messages[0]`. */
  declare note: string | undefined;
  declare isWhole: boolean;
  declare copied: "path" | "value" | "nothing" | undefined;
  declare image: string | undefined;

  constructor() {
    super();
    this.path = [];
    this.isWhole = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forgetImage();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("value") && !changed.has("path")) return;
    this.isWhole = false;
    this.copied = undefined;
    this.#forgetImage();
    const image = imageIn(this.value);
    if (image) this.image = URL.createObjectURL(image);
  }

  #forgetImage(): void {
    if (this.image !== undefined) URL.revokeObjectURL(this.image);
    this.image = undefined;
  }

  protected override render() {
    const size = measure(this.value);
    const path = formatPath(this.path);
    return html`
      <header>
        <code class="path">${path === "" ? "state" : path}</code>
        <span class="muted">${kindOf(this.value)}${size === undefined ? nothing : `, ${size}`}</span>
        <span class="copies">
          <button class="quiet" @click=${() => this.#copy("path")}>Copy path</button>
          <button class="quiet" @click=${() => this.#copy("value")}>Copy value</button>
        </span>
      </header>
      ${this.note === undefined ? nothing : html`<p class="muted">${this.note}</p>`}
      ${this.image === undefined ? nothing : html`<img src=${this.image} alt=${`The image at ${path}`} />`}
      ${this.#content()}
      <span role="status" class="visually-hidden">${this.#copiedText()}</span>
    `;
  }

  #content() {
    const { value } = this;
    if (typeof value !== "string") {
      return html`<pre tabindex="0" aria-label="Value">${describe(value, 600)}${hexOf(value)}</pre>`;
    }
    const isCut = value.length > MOST_CHARACTERS && !this.isWhole;
    return html`<pre tabindex="0" aria-label="Text">${isCut ? `${value.slice(0, MOST_CHARACTERS)}…` : value}</pre>
      ${
        isCut
          ? html`<button class="all" @click=${() => (this.isWhole = true)}>
            Show all ${value.length.toLocaleString()} characters
          </button>`
          : nothing
      }`;
  }

  #copiedText(): string {
    if (this.copied === undefined) return "";
    return this.copied === "nothing" ? "The browser did not let it be copied" : `Copied the ${this.copied}`;
  }

  async #copy(what: "path" | "value"): Promise<void> {
    const { value, path } = this;
    try {
      const text = what === "path" ? formatPath(path) || "state" : await textToCopy(value);
      await navigator.clipboard.writeText(text);
      this.copied = what;
    } catch {
      this.copied = "nothing";
    }
  }
}

async function textToCopy(value: unknown): Promise<string> {
  return typeof value === "string" ? value : await writeValue(value, new Slices());
}

function imageIn(value: unknown): Blob | undefined {
  if (kindOf(value) === "blob") return IMAGE_TYPE.test((value as Blob).type) ? (value as Blob) : undefined;
  const bytes = bytesOf(value);
  const type = bytes && imageTypeOf(bytes);
  return type === undefined ? undefined : new Blob([bytes as BlobPart], { type });
}

function hexOf(value: unknown): string {
  const bytes = bytesOf(value)?.subarray(0, MOST_BYTES);
  if (!bytes || bytes.length === 0) return "";
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `\n${text}${(value as ArrayBuffer).byteLength > MOST_BYTES ? " …" : ""}`;
}

define("waystone-value-detail", ValueDetail);
