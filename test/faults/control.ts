import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { LogEntry } from "./page/log.ts";
import type { Tasks } from "./page/tasks.ts";

/** What a page or worker is told to do next. */
interface Order {
  readonly number: number;
  readonly task: string;
  readonly input: unknown;
}

/** What it answers. */
interface Answer {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Call {
  readonly order: Order;
  resolve(value: unknown): void;
  reject(error: Error): void;
  isSent: boolean;
}

interface Client {
  /** The page load that was heard of last. */
  session: string;
  calls: Call[];
  waiting: ServerResponse | undefined;
}

/** How long a client that asks for work waits for it before it asks again. */
const POLL_MS = 2000;
const CALL_TIMEOUT_MS = 120_000;

/**
 * Serves the page, gives pages and workers their work, and keeps what they log.
 *
 * Plain HTTP, so that every engine is driven the same way. What was logged has reached another process: a browser that
 * is killed can't take it back.
 */
export class Control {
  /** In the order in which it came. */
  readonly log: LogEntry[] = [];
  readonly #code: string;
  readonly #clients = new Map<string, Client>();
  readonly #server: Server;
  #orders = 0;

  private constructor(code: string) {
    this.#code = code;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
  }

  /** @param code - The page's one module, which workers run too. */
  static async start(code: string): Promise<Control> {
    const control = new Control(code);
    await new Promise<void>((resolve) => control.#server.listen(0, "127.0.0.1", resolve));
    return control;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The page that takes its work under the name `client`. */
  url(client: string): string {
    return `${this.origin}/?client=${client}`;
  }

  /** Has `client` carry out a task, once it is there. Rejects with its error, or when the time is over. */
  async call<N extends keyof Tasks>(
    client: string,
    task: N,
    input: Parameters<Tasks[N]>[0],
    { timeoutMs = CALL_TIMEOUT_MS }: { timeoutMs?: number } = {},
  ): Promise<Awaited<ReturnType<Tasks[N]>>> {
    const known = this.#client(client);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<Awaited<ReturnType<Tasks[N]>>>((resolve, reject) => {
        const order = { number: (this.#orders += 1), task, input };
        const call: Call = { order, resolve: resolve as (value: unknown) => void, reject, isSent: false };
        timer = setTimeout(() => {
          const what = call.isSent ? "did not answer" : "was not there";
          reject(new Error(`${client} ${what} within ${timeoutMs} ms: ${task} ${JSON.stringify(input)}`));
          known.calls = known.calls.filter((other) => other !== call);
        }, timeoutMs);
        known.calls.push(call);
        this.#send(known);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives up on all pages and workers: their browser is gone. Calls that wait for them reject. */
  forgetClients(): void {
    for (const client of this.#clients.values()) {
      client.waiting?.destroy();
      for (const call of client.calls) call.reject(new Error("the browser is gone"));
    }
    this.#clients.clear();
  }

  async close(): Promise<void> {
    this.forgetClients();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #client(name: string): Client {
    let client = this.#clients.get(name);
    if (client === undefined) this.#clients.set(name, (client = { session: "", calls: [], waiting: undefined }));
    return client;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, this.origin);
    response.setHeader("Cache-Control", pathname === "/" ? "no-cache" : "no-store");
    if (pathname === "/client.js") {
      response.setHeader("Content-Type", "text/javascript");
      response.end(this.#code);
    } else if (pathname === "/turn") {
      this.#turn(response, { ...(JSON.parse(await bodyOf(request)) as Turn) });
    } else if (pathname === "/log") {
      this.log.push(JSON.parse(await bodyOf(request)) as LogEntry);
      response.end("{}");
    } else if (pathname === "/clear") {
      response.setHeader("Clear-Site-Data", '"storage"');
      response.end("{}");
    } else if (pathname === "/favicon.ico") {
      response.statusCode = 404;
      response.end();
    } else {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      const isEmpty = !searchParams.has("client");
      response.end(
        `<!doctype html><title>faults</title>${isEmpty ? "" : '<script type="module" src="/client.js"></script>'}`,
      );
    }
  }

  #turn(response: ServerResponse, { client: name, session, answer }: Turn): void {
    const client = this.#client(name);
    if (client.session !== session) {
      // Another page load under this name: what the one before was told to do, nobody will answer.
      for (const call of client.calls.filter((call) => call.isSent)) call.reject(new Error(`${name} was loaded again`));
      client.calls = client.calls.filter((call) => !call.isSent);
      client.session = session;
    }
    if (answer !== undefined) {
      const call = client.calls.find(({ order }) => order.number === answer.number);
      client.calls = client.calls.filter((other) => other !== call);
      if (answer.error === undefined) call?.resolve(answer.value);
      else call?.reject(new Error(`${name}: ${answer.error}`));
    }
    // It asks again: what it was sent has not reached it.
    for (const call of client.calls) call.isSent = false;
    client.waiting = response;
    const timer = setTimeout(() => {
      if (client.waiting === response) client.waiting = undefined;
      response.end("{}");
    }, POLL_MS);
    response.once("close", () => {
      clearTimeout(timer);
      if (client.waiting === response) client.waiting = undefined;
    });
    this.#send(client);
  }

  #send(client: Client): void {
    const next = client.calls.find(({ isSent }) => !isSent);
    if (next === undefined || client.waiting === undefined) return;
    next.isSent = true;
    client.waiting.end(JSON.stringify(next.order));
    client.waiting = undefined;
  }
}

interface Turn {
  readonly client: string;
  readonly session: string;
  readonly answer?: Answer;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
