import { client } from "./log.ts";
import { tasks, type Tasks } from "./tasks.ts";

const session = crypto.randomUUID();
const RETRY_MS = 100;
/** Longer than the server has a question wait: where the engine's network process ends, some are never answered. */
const ANSWER_TIMEOUT_MS = 4000;

/** Takes one task after another from the server, for as long as this page or worker lives. */
async function serve(): Promise<never> {
  let answer: unknown;
  for (;;) {
    let order: { number: number; task?: keyof Tasks; input: never };
    try {
      const body = JSON.stringify({ client, session, answer });
      const response = await fetch("/turn", { method: "POST", body, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      order = (await response.json()) as typeof order;
    } catch {
      // The engine's network process may be gone for a moment.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    answer = undefined;
    if (order.task === undefined) continue;
    try {
      answer = { number: order.number, value: await tasks[order.task](order.input) };
    } catch (error) {
      const { name, message, stack } = error as Error;
      answer = { number: order.number, error: `${name}: ${message}\n${stack}` };
    }
  }
}

void serve();
