const find = (id: string): HTMLElement => document.querySelector(`#${id}`)!;

/**
 * Gives an example's buttons their work.
 *
 * @param forget - Deletes what is kept of the run.
 */
export function giveButtonsWork(forget: () => Promise<unknown>): void {
  // A reload ends the page wherever it is: nothing of it runs any more, and nothing is told.
  find("kill").onclick = () => location.reload();
  find("anew").onclick = () => forget().then(() => location.reload());
}

/** Shows that something runs, and takes as long as a model or a tool would. */
export async function slowly(what: string): Promise<void> {
  find("ran").textContent += `${what}\n`;
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

/** Shows what has come of it. */
export function showResult(result: unknown): void {
  find("result").textContent = String(result);
}
