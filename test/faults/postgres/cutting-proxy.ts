import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";

/** When the connection is cut: before the server hears of the commit, once it does, or once it has replied. */
export type Moment = "before" | "meanwhile" | "after";

/** A way to a Postgres that cuts connections during the commits of writes. */
export interface CuttingProxy {
  readonly port: number;
  /** How often it has cut, and when. */
  readonly cuts: Record<Moment, number>;
  /** Has every commit cut, in turn at each moment, until there were so many cuts; resolves then. */
  cut(times: number): Promise<void>;
  close(): Promise<void>;
}

/** Of the protocol of Postgres (55.7), a client's message: a letter, a length that counts itself, and what it says. */
const QUERY = "Q".charCodeAt(0);
const MOMENTS: readonly Moment[] = ["before", "meanwhile", "after"];

/** Starts a proxy for the server whose socket is at this path. One write in three is cut, so that others get through. */
export async function startCuttingProxy(path: string): Promise<CuttingProxy> {
  const cuts: Record<Moment, number> = { before: 0, meanwhile: 0, after: 0 };
  const open = new Set<Socket>();
  let left = 0;
  let commits = 0;
  let done: (() => void) | undefined;

  const nextMoment = (): Moment | undefined => {
    commits += 1;
    if (left === 0 || commits % 3 !== 0) return undefined;
    left -= 1;
    const moment = MOMENTS[left % MOMENTS.length]!;
    cuts[moment] += 1;
    if (left === 0) done?.();
    return moment;
  };

  const server = createServer((client) => {
    const upstream = connect(path);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    let isWrite = false;
    let isStarted = false;
    let bytes = Buffer.alloc(0);
    client.on("data", (data) => {
      bytes = Buffer.concat([bytes, data]);
      for (;;) {
        // The first message has no letter.
        const head = isStarted ? 1 : 0;
        if (bytes.length < head + 4 || bytes.length < head + bytes.readUInt32BE(head)) return;
        const message = bytes.subarray(0, head + bytes.readUInt32BE(head));
        bytes = bytes.subarray(message.length);
        const text = isStarted && message[0] === QUERY ? message.toString("utf8", 5, message.length - 1) : "";
        isStarted = true;
        if (text.startsWith("begin")) isWrite = text.includes("read committed");
        const moment = text === "commit" && isWrite ? nextMoment() : undefined;
        if (moment === undefined) {
          upstream.write(message);
          continue;
        }
        upstream.unpipe(client);
        if (moment === "before") client.destroy();
        if (moment === "meanwhile") upstream.end(message, () => client.destroy());
        if (moment === "after") {
          upstream.on("data", () => client.destroy()).resume();
          upstream.write(message);
        }
        return;
      }
    });
    upstream.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    cuts,
    cut(times) {
      left = times;
      return new Promise((resolve) => (done = resolve));
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
