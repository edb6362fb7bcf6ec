import { execFile, spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const END_TIMEOUT_MS = 10_000;
const running = new Set<ProcessGroup>();
process.once("exit", () => running.forEach((group) => group.signal("SIGKILL")));

/** A program and all processes that it started. */
export class ProcessGroup {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    running.add(this);
  }

  /** Starts a program as the leader of a session, which its children stay in. */
  static async start(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<ProcessGroup> {
    const child = spawn(program, args, { stdio: "ignore", ...options, detached: true });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return new ProcessGroup(child);
  }

  get child(): ChildProcess {
    return this.#child;
  }

  /** The processes that are alive, by name. */
  list(): { pid: number; name: string }[] {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => {
        const status = statusOf(Number(entry));
        const isOurs = status !== undefined && status.session === this.#child.pid && status.state !== "Z";
        return isOurs ? [{ pid: Number(entry), name: status.name }] : [];
      });
  }

  signal(signal: NodeJS.Signals): void {
    for (const { pid } of this.list()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended on its own.
      }
    }
  }

  /** Asks the program to end, as a person would that closes it; kills what is left of it later. */
  async end(): Promise<void> {
    this.#child.kill("SIGTERM");
    for (const end = Date.now() + END_TIMEOUT_MS; this.list().length > 0 && Date.now() < end;) await wait(10);
    await this.kill();
  }

  /** Ends all of them at once, with no time to save anything. */
  async kill(): Promise<void> {
    const end = Date.now() + END_TIMEOUT_MS;
    // More than once: one that was about to start when the first signal went out is caught by the next.
    for (; this.list().length > 0; await wait(5)) {
      this.signal("SIGKILL");
      if (Date.now() > end) throw new Error(`these can't be killed: ${JSON.stringify(this.list())}`);
    }
    running.delete(this);
  }
}

function statusOf(pid: number): { name: string; state: string; session: number } | undefined {
  try {
    // The name stands in brackets and may hold any character, brackets too.
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))!;
    const [state, , , session] = rest!.split(" ");
    return { name: name!, state: state!, session: Number(session) };
  } catch {
    return undefined;
  }
}

/** What a browser says when asked for its version, without what else it says. */
export async function versionOf(program: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ["--version"], { env });
  return /^.*?\d[\w.]*/.exec(stdout.trim())?.[0] ?? stdout.trim();
}
