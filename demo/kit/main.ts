import type { Failure } from "./promises.ts";
import type { Figure } from "./speed.ts";

// The page that puts the visitor's browser to the kit and the benchmark: what they need is loaded when they start.

const at = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const results = { kit: "", speed: "" };

async function runKit(): Promise<void> {
  const { checkPromises } = await import("./promises.ts");
  const { total, failures } = await checkPromises((done, of) => progress("kit", done, of));
  const line =
    failures.length === 0 ? `All ${total} promises are kept.` : `${failures.length} of ${total} promises are not kept.`;
  at("kit-result").textContent = line;
  at("kit-result").className = failures.length === 0 ? "good" : "bad";
  at("failures").replaceChildren(...failures.map(failed));
  at("failures").hidden = failures.length === 0;
  results.kit = [line, ...failures.map(({ name, message }) => `- ${name}: ${message}`)].join("\n");
}

async function runBench(): Promise<void> {
  const { measureSpeed } = await import("./speed.ts");
  const figures = await measureSpeed((done, of) => progress("bench", done, of));
  at("bench-result").textContent = "";
  at("figures")
    .querySelector("tbody")!
    .replaceChildren(...figures.map(row));
  at("figures").hidden = false;
  results.speed = [
    "| ms, median | plain IndexedDB (relaxed) | Waystone (strict) | ratio |",
    "| --- | --- | --- | --- |",
    ...figures.map((figure) => `| ${[figure.title, ...cells(figure)].join(" | ")} |`),
  ].join("\n");
}

function failed({ name, message }: Failure): HTMLElement {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("strong"), { textContent: name }), `: ${message}`);
  return item;
}

function row(figure: Figure): HTMLElement {
  const line = document.createElement("tr");
  line.append(Object.assign(document.createElement("th"), { scope: "row", textContent: figure.title }));
  for (const text of cells(figure)) line.append(Object.assign(document.createElement("td"), { textContent: text }));
  return line;
}

function cells({ plain, waystone }: Figure): string[] {
  return [plain.toFixed(1), waystone.toFixed(1), waystone > 0 ? (plain / waystone).toFixed(1) : "-"];
}

function progress(what: "kit" | "bench", done: number, of: number): void {
  const bar = at<HTMLProgressElement>(`${what}-progress`);
  Object.assign(bar, { value: done, max: of, hidden: done === of });
  at(`${what}-result`).textContent = `${done} of ${of}`;
}

function offer(what: "kit" | "bench", run: () => Promise<void>): void {
  const buttons = [at<HTMLButtonElement>("run-kit"), at<HTMLButtonElement>("run-bench")];
  at(`run-${what}`).addEventListener("click", () => {
    // One at a time: the one would slow the other.
    for (const button of buttons) button.disabled = true;
    at(`${what}-result`).className = "";
    run()
      .catch((error: unknown) => {
        at(`${what}-result`).className = "bad";
        at(`${what}-result`).textContent = String(error);
      })
      .finally(() => {
        for (const button of buttons) button.disabled = false;
        at<HTMLButtonElement>("copy").disabled = !results.kit && !results.speed;
      });
  });
}

offer("kit", runKit);
offer("bench", runBench);
at("browser").textContent = navigator.userAgent;
at("copy").addEventListener("click", () => {
  const text = [navigator.userAgent, results.kit, results.speed].filter(Boolean).join("\n\n");
  navigator.clipboard.writeText(text).then(
    () => (at("copy").textContent = "Copied"),
    () => (at("copy").textContent = "The browser did not allow it"),
  );
});
