import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { CheckpointStoreError } from "../../core/errors.ts";
import { toRemoteError } from "./errors.ts";

/** Options of `setUpJetstream`. */
export interface JetstreamSetUp {
  /** The name of the stream. */
  readonly stream: string;
  /** The spaces that it keeps: one, or a pattern with `*` in the place of a token, as in `agents.*`. */
  readonly spaces: string;
  /** How many servers keep a copy. Default is 1. */
  readonly replicas?: number;
  /** How many bytes it may take; then appends are refused as `quota-exceeded`. Default is as many as the server has. */
  readonly maxBytes?: number;
}

/** Makes a stream, and reads back what was made of it. */
export async function setUp(
  connection: NatsConnection,
  { stream, spaces, replicas = 1, maxBytes = -1 }: JetstreamSetUp,
): Promise<void> {
  const wanted = {
    name: stream,
    subjects: [`${spaces}.*`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // What is old is needed as much as what is new: a full stream refuses.
    discard: DiscardPolicy.New,
    max_age: 0,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_bytes: maxBytes,
    num_replicas: replicas,
    allow_rollup_hdrs: true,
  } satisfies Partial<StreamConfig>;
  let made: StreamConfig;
  try {
    const { streams } = await jetstreamManager(connection);
    const there = await streams.info(stream).catch(() => undefined);
    made = there?.config ?? (await streams.add(wanted)).config;
  } catch (error) {
    throw toRemoteError(error, `stream ${stream} can't be made`);
  }
  const differing = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
    (name) => JSON.stringify(made[name]) !== JSON.stringify(wanted[name]),
  );
  if (differing.length === 0) return;
  const message = `stream ${stream} has other settings than it should: ${differing.join(", ")}`;
  throw new CheckpointStoreError("conflict", message, {
    expected: JSON.stringify(differing.map((name) => wanted[name])),
    actual: JSON.stringify(differing.map((name) => made[name])),
  });
}
