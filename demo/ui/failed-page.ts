import { failureText } from "./failure-text.ts";
import { h } from "./h.ts";

/** Leaves nothing on the page but why it can't go on. */
export function showFailedPage(what: string, error: unknown): void {
  document.body.replaceChildren(h("p", { class: "failure", role: "alert" }, `${what} ${failureText(error)}`));
}
