import type { NatsConnection } from "@nats-io/nats-core";
import { requireOptions, type OptionNames } from "../core/options.ts";
import type { Remote } from "../core/remote.ts";
import { JetstreamLogs } from "./jetstream/logs.ts";
import { setUp, type JetstreamSetUp } from "./jetstream/set-up.ts";

export type { JetstreamSetUp } from "./jetstream/set-up.ts";

/** Options of {@link jetstreamRemote}. */
export interface JetstreamRemoteOptions {
  /** The stream that keeps the logs: one that {@link setUpJetstream} has made. */
  readonly stream: string;
  /**
   * What the subjects of the logs begin with: letters, digits, `-` and `_`, and `.` between them. Devices of one space have
   * the same traces; who may read the stream may read all spaces of it.
   */
  readonly space: string;
  /** How long the server may take for one request, in milliseconds. Default is 5,000. */
  readonly timeoutMs?: number;
}

const REMOTE: OptionNames<JetstreamRemoteOptions> = { stream: true, space: true, timeoutMs: true };
const SET_UP: OptionNames<JetstreamSetUp> = { stream: true, spaces: true, replicas: true, maxBytes: true };
const TOKENS = /^[\w-]+(\.[\w-]+)*$/;

/**
 * Makes a NATS JetStream stream the remote of a replication. Browsers reach the server by WebSocket.
 *
 * Each trace has a subject, and each entry is a message of it; one that is larger than the server takes is several, of
 * which the last makes it an entry. An append is fenced by the sequence of the subject's last message.
 *
 * @param connection - A connection of `@nats-io/nats-core` or `@nats-io/transport-node`. It stays the caller's: close it after
 *   the replication has stopped.
 * @param options - The stream, and where in it the logs are.
 * @returns The remote.
 * @throws TypeError if an option is not what it must be.
 */
export function jetstreamRemote(connection: NatsConnection, options: JetstreamRemoteOptions): Remote {
  requireOptions(options, REMOTE, "jetstreamRemote");
  const { stream, space, timeoutMs = 5_000 } = options;
  requireTokens(space, "space");
  requireName(stream);
  if (!(timeoutMs > 0)) throw new TypeError(`timeoutMs must be a number of milliseconds, got ${timeoutMs}`);
  return new JetstreamLogs(connection, { stream, space, timeoutMs });
}

/**
 * Makes the stream of {@link jetstreamRemote}, or finds it, and makes sure that the server has understood all that was asked
 * for: an older one passes over what it does not know. To be called by whoever may administer the server, not by devices.
 *
 * @param connection - A connection of `@nats-io/nats-core` or `@nats-io/transport-node`.
 * @param options - What the stream is called, and what it is to hold.
 * @returns Once the stream is there.
 * @throws TypeError if an option is not what it must be.
 * @throws CheckpointStoreError `conflict`: the stream is there, or was made, with other settings; the message names them.
 * @throws CheckpointStoreError `unavailable`: the server can't be reached, or has no JetStream.
 * @throws CheckpointStoreError `quota-exceeded`: the server has no room for it.
 * @throws CheckpointStoreError `storage`: it failed in another way.
 */
export async function setUpJetstream(connection: NatsConnection, options: JetstreamSetUp): Promise<void> {
  requireOptions(options, SET_UP, "setUpJetstream");
  requireName(options.stream);
  requireTokens(options.spaces.replace(/\*/g, "any"), "spaces");
  await setUp(connection, options);
}

function requireTokens(value: string, name: string): void {
  if (typeof value === "string" && TOKENS.test(value)) return;
  throw new TypeError(`${name} must be of letters, digits, - and _, with . between them, got ${String(value)}`);
}

function requireName(stream: string): void {
  if (typeof stream !== "string" || !/^[\w-]+$/.test(stream))
    throw new TypeError(`stream must be of letters, digits, - and _, got ${String(stream)}`);
}
