import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Readable, Writable } from "node:stream";
import { findChromium } from "../engines/chromium.mjs";

/** A page of an extension in a Chromium that nobody debugs: a worker that a debugger watches is never put to sleep. */
export interface UnwatchedPage {
  /** Runs a script in the page and returns its value. */
  evaluate<T>(script: string): Promise<T>;
  /** Ends the browser. */
  close(): Promise<void>;
}

/** Starts a Chromium with the extension in `extensionDir` and opens `page` of it. */
export async function openUnwatched(extensionDir: string, page: string): Promise<UnwatchedPage> {
  const { executablePath, args } = await findChromium();
  const profile = await mkdtemp(`${extensionDir}-profile-`);
  const child = spawn(
    executablePath,
    [
      ...args,
      "--headless",
      "--remote-debugging-pipe",
      "--enable-unsafe-extension-debugging",
      `--user-data-dir=${profile}`,
      "--no-first-run",
      "--no-default-browser-check",
      "about:blank",
    ],
    // A process group of its own, so that its children die with it. Chromium listens at 3 and talks at 4.
    { detached: true, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const send = commands(child.stdio[3] as Writable, child.stdio[4] as Readable);
    const { id } = await send<{ id: string }>("Extensions.loadUnpacked", { path: extensionDir });
    const url = `chrome-extension://${id}/${page}`;
    const { targetId } = await send<{ targetId: string }>("Target.createTarget", { url });
    const { sessionId } = await send<{ sessionId: string }>("Target.attachToTarget", { targetId, flatten: true });
    const evaluate = async <T>(expression: string): Promise<T> => {
      const { result, exceptionDetails } = await send<Evaluated<T>>(
        "Runtime.evaluate",
        { expression, awaitPromise: true, returnByValue: true },
        sessionId,
      );
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    };
    const isLoaded = `location.href === ${JSON.stringify(url)} && document.readyState === "complete"`;
    while (!(await evaluate<boolean>(isLoaded))) await wait(50);
    return { evaluate, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Evaluated<T> {
  readonly result: { readonly value: T };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Sends commands of the DevTools protocol over a pair of pipes, each message ended by a NUL. */
function commands(input: Writable, output: Readable) {
  const waiting = new Map<number, (reply: Reply) => void>();
  output.once("close", () => {
    for (const settle of waiting.values()) settle({ error: { message: "Chromium has ended." } });
  });
  let last = 0;
  let unread = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    const messages = (unread + text).split("\0");
    unread = messages.pop()!;
    for (const message of messages) {
      const reply = JSON.parse(message) as Reply;
      if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
    }
  });
  return <T>(method: string, params: object, sessionId?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result as T);
      });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
