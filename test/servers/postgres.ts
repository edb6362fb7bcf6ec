import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";

/** Debian's folder of all installed releases; other systems have the programs on the path. */
const DEBIAN = "/usr/lib/postgresql";

/** What must not outlive the tests. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** The folder with Postgres' programs; `undefined` if there is none. */
export function findPostgres(): string | undefined {
  const releases = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...releases.map((release) => join(DEBIAN, release, "bin")), ...(process.env.PATH ?? "").split(":")];
  return folders.find((folder) => ["initdb", "postgres"].every((program) => existsSync(join(folder, program))));
}

/** A server of a test's own, in a temporary folder, that only this machine's processes reach. */
export class PostgresServer {
  readonly #programs: string;
  /** Where its socket is, and its data in a folder of it. */
  readonly folder: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;
  readonly #pools: pg.Pool[] = [];

  private constructor(programs: string, folder: string, settings: readonly string[]) {
    this.#programs = programs;
    this.folder = folder;
    this.#settings = settings;
  }

  /** Makes a database and starts a server on it. */
  static async start({ settings = [] }: { settings?: readonly string[] } = {}): Promise<PostgresServer> {
    const server = await PostgresServer.#prepare(settings);
    await server.#run("initdb", ["-D", server.#data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"]);
    await server.resume();
    return server;
  }

  /** Starts a standby of this server, from a copy of its data. */
  async startStandby(): Promise<PostgresServer> {
    const standby = await PostgresServer.#prepare([...this.#settings]);
    const primary = `host=${this.folder} user=postgres`;
    await standby.#run("pg_basebackup", ["-D", standby.#data, "-d", primary, "-R", "-X", "stream", "-c", "fast"]);
    await standby.resume();
    return standby;
  }

  static async #prepare(settings: readonly string[]): Promise<PostgresServer> {
    const programs = findPostgres();
    if (programs === undefined) throw new Error("there is no Postgres on this machine");
    const folder = await mkdtemp(join(tmpdir(), "waystone-postgres-"));
    await chown(folder, identity().uid ?? process.getuid!(), identity().gid ?? process.getgid!());
    return new PostgresServer(programs, folder, settings);
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  /** Starts it on what is there. Resolves once it takes connections. */
  async resume(): Promise<void> {
    const settings = ["listen_addresses=", "max_connections=120", "shared_buffers=32MB", ...this.#settings];
    const args = ["-D", this.#data, "-k", this.folder, ...settings.flatMap((setting) => ["-c", setting])];
    for (let attempt = 0; ; attempt += 1) {
      const child = spawn(join(this.#programs, "postgres"), args, { ...identity(), stdio: "ignore" });
      this.#process = child;
      running.add(child);
      child.once("exit", () => running.delete(child));
      if (await this.#isReady(child)) return;
      // After a crash, what is left of the server before may still be ending.
      if (attempt === 20) throw new Error("Postgres does not start");
      await wait(100);
    }
  }

  async #isReady(child: ChildProcess): Promise<boolean> {
    while (child.exitCode === null && child.signalCode === null) {
      const client = new pg.Client(this.connection).on("error", () => undefined);
      try {
        await client.connect();
        return true;
      } catch {
        await wait(20);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
    return false;
  }

  /** What a client connects with. */
  get connection(): { host: string; port: number; user: string; database: string } {
    return { host: this.folder, port: 5432, user: "postgres", database: "postgres" };
  }

  /** A pool of connections, which ends with the server. */
  pool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...this.connection, max: 10, ...options });
    this.#pools.push(pool);
    return pool;
  }

  /** Kills the server and all its processes at once, as a crash of the machine would, but for what the kernel still writes. */
  async crash(): Promise<void> {
    const child = this.#process!;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    for (const pid of [child.pid!, ...childrenOf(child.pid!)]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    await ended;
  }

  /** Has a standby take over. */
  async promote(): Promise<void> {
    await this.#run("pg_ctl", ["-D", this.#data, "promote", "-w"]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => (pool.ended || pool.ending ? undefined : pool.end())));
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.crash();
    await rm(this.folder, { recursive: true, force: true });
  }

  #run(program: string, args: readonly string[]): Promise<unknown> {
    return promisify(execFile)(join(this.#programs, program), [...args], { ...identity(), cwd: this.folder });
  }
}

/** Whom Postgres runs as: it refuses to as root. */
function identity(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const user = ["postgres", "nobody"].map((name) => users.find((line) => line.startsWith(`${name}:`))).find(Boolean);
  if (user === undefined) throw new Error("Postgres does not run as root, and there is no other user");
  const [, , uid, gid] = user.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

function childrenOf(parent: number): number[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => {
    try {
      // Behind the name of the program, in parentheses, and its state.
      return Number(/.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]) === parent;
    } catch {
      return false;
    }
  });
}
