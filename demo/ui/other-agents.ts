import type { DigestInput } from "../agents/digest/digest.ts";
import type { QueensInput } from "../agents/queens/solver.ts";
import { css, h } from "./h.ts";
import { ShadowElement, define } from "./shadow-element.ts";

const styles = css`
  :host { box-sizing: border-box; max-inline-size: 780px; margin: 0 auto; padding: 0 clamp(16px, 4vw, 32px) 32px; }
  h2 { font-size: 13px; font-weight: 600; }
  ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); gap: 12px; margin-block-start: 10px; }
  li { padding: 12px 14px; border: 1px solid var(--line); border-radius: 10px; background: var(--raised); }
  p { margin-block: 2px 10px; color: var(--muted); text-wrap: pretty; }
  strong { font-weight: 600; }
`;

const TEXT = `An agent that runs in a browser can be stopped at any moment. The tab is closed, the page crashes, the battery dies.

A checkpoint holds the state of the agent after a step. When the page comes back, the agent reads its last checkpoint and goes on from there.

A checkpoint has to be cheap, or nobody makes one after each step. A store that writes the whole state at each step writes the same text again and again.

A store that compares each state with the one before writes what has changed and nothing else. A long run then costs what its last state costs, and a little more.

Going back is the other half. From any checkpoint of the run one can start a fork, change the state, and see where the agent goes from there.`;

/** Which agent to start, and on what. */
export type AgentStart =
  { readonly agent: "queens"; readonly input: QueensInput } | { readonly agent: "digest"; readonly input: DigestInput };

/** `<other-agents>`: agents beside the scout. Fires `agent-start` with an {@link AgentStart}. */
export class OtherAgents extends ShadowElement {
  constructor() {
    super(styles);
    this.root.append(
      h("h2", {}, "Or try another agent"),
      h(
        "ul",
        {},
        h(
          "li",
          {},
          h("strong", {}, "Queens"),
          h("p", {}, "Searches a board by trial and error. Wherever it turns back it forks: thousands of checkpoints."),
          this.#button("6 queens", { agent: "queens", input: { size: 6 } }),
          " ",
          this.#button("8 queens", { agent: "queens", input: { size: 8 } }),
        ),
        h(
          "li",
          {},
          h("strong", {}, "Digest"),
          h(
            "p",
            {},
            "A LangGraph.js graph that reads a text and keeps what says most. Its library comes when it starts.",
          ),
          this.#button("Read a text", { agent: "digest", input: { text: TEXT } }),
        ),
      ),
    );
  }

  #button(text: string, detail: AgentStart): HTMLElement {
    const onclick = () =>
      this.dispatchEvent(new CustomEvent<AgentStart>("agent-start", { detail, bubbles: true, composed: true }));
    return h("button", { type: "button", onclick }, text);
  }
}

define("other-agents", OtherAgents);
