import { failureText } from "./failure-text.ts";
import { h } from "./h.ts";

/** A line that says what went wrong last, for whoever acts on a person's behalf. */
export class FailureLine {
  readonly element = h("p", { class: "failure", role: "alert", hidden: true });

  /** Does what was asked for, and shows what it fails with. */
  async try(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.show(error);
    }
  }

  show(error: unknown): void {
    this.element.hidden = false;
    this.element.textContent = failureText(error);
  }

  clear(): void {
    this.element.hidden = true;
  }
}
