import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";

/** What must not outlive the tests. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** The server's program; `undefined` if there is none. */
export function findNats(): string | undefined {
  const folders = ["/usr/sbin", ...(process.env["PATH"] ?? "").split(":")];
  return folders.map((folder) => join(folder, "nats-server")).find((path) => existsSync(path));
}

/** Where a server listens: for clients, for browsers, and for the others of its cluster. */
interface Ports {
  readonly client: number;
  readonly web: number;
  readonly route: number;
}

/** The servers of a test's own: one, or a cluster, in a temporary folder, that only this machine's processes reach. */
export class NatsServers {
  readonly #program: string;
  readonly #folder: string;
  readonly #ports: readonly Ports[];
  readonly #nodes: (ChildProcess | undefined)[] = [];
  readonly #connections: NatsConnection[] = [];

  private constructor(program: string, folder: string, ports: readonly Ports[]) {
    this.#program = program;
    this.#folder = folder;
    this.#ports = ports;
  }

  /** Starts servers. */
  static async start({ count = 1 }: { readonly count?: number } = {}): Promise<NatsServers> {
    const program = findNats();
    if (program === undefined) throw new Error("there is no nats-server on this machine");
    const folder = await mkdtemp(join(tmpdir(), "waystone-nats-"));
    const free = await freePorts(3 * count);
    const ports = Array.from({ length: count }, (_, n) => ({
      client: free[3 * n]!,
      web: free[3 * n + 1]!,
      route: free[3 * n + 2]!,
    }));
    const servers = new NatsServers(program, folder, ports);
    for (let n = 0; n < count; n += 1) await servers.startNode(n);
    return servers;
  }

  /** Where browsers reach the first of them. */
  get webSocketUrl(): string {
    return `ws://127.0.0.1:${this.#ports[0]!.web}`;
  }

  /** Starts one of them, on what is there of its data. */
  async startNode(n: number): Promise<void> {
    const { client, web, route } = this.#ports[n]!;
    const routes = this.#ports.map((ports) => `nats://127.0.0.1:${ports.route}`).join(", ");
    const cluster =
      this.#ports.length === 1 ? "" : `cluster { name: waystone, listen: "127.0.0.1:${route}", routes: [${routes}] }`;
    const file = join(this.#folder, `node-${n}.conf`);
    await writeFile(
      file,
      `server_name: node-${n}
listen: "127.0.0.1:${client}"
websocket { listen: "127.0.0.1:${web}", no_tls: true }
jetstream { store_dir: "${this.#dataOf(n)}", max_mem: 64MB, max_file: 1GB }
${cluster}
`,
    );
    const child = spawn(this.#program, ["-c", file], { stdio: "ignore" });
    this.#nodes[n] = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
  }

  /** Ends one of them at once, as a power cut would; with `wipes`, its data is gone, too. */
  async killNode(n: number, { wipes = false }: { readonly wipes?: boolean } = {}): Promise<void> {
    const child = this.#nodes[n];
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    this.#nodes[n] = undefined;
    if (wipes) await rm(this.#dataOf(n), { recursive: true, force: true });
  }

  /** Connects to them. The connection is closed with them. */
  async connect(): Promise<NatsConnection> {
    const servers = this.#ports.map(({ client }) => `127.0.0.1:${client}`);
    for (let attempt = 0; ; attempt += 1) {
      try {
        const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 100, timeout: 2_000 });
        this.#connections.push(connection);
        return connection;
      } catch (error) {
        if (attempt === 50) throw error;
        await wait(100);
      }
    }
  }

  /** Resolves once every copy of a stream is that of its leader. */
  async caughtUp(stream: string): Promise<void> {
    const { streams } = await jetstreamManager(await this.connect(), { checkAPI: false, timeout: 2_000 });
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const cluster = (await streams.info(stream).catch(() => undefined))?.cluster;
      const copies = cluster?.replicas ?? [];
      if (copies.length === this.#ports.length - 1 && copies.every(({ current, lag = 0 }) => current && lag === 0))
        return;
      await wait(200);
    }
    throw new Error(`the copies of ${stream} do not become the same`);
  }

  /** Ends all of them, and removes what they have kept. */
  async stop(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close().catch(() => undefined)));
    await Promise.all(this.#ports.map((_, n) => this.killNode(n)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #dataOf(n: number): string {
    return join(this.#folder, `node-${n}`);
  }
}

/** Ports that nobody has. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
