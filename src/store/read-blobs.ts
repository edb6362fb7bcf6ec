import type { Codec } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { readBlobs, UnreadableBlob } from "../state/blobs.ts";
import { pathTo, type RefusalDetails } from "../state/diagnose.ts";
import { rebuild } from "../state/rebuild.ts";
import type { Node, Snapshot } from "../state/snapshot.ts";

/**
 * Reads the Blobs of a snapshot that were not read yet.
 *
 * @throws `serialization`, with the path of one that can't be read.
 */
export async function readBlobsOf(
  { root }: Snapshot,
  {
    name,
    codec,
    about,
    isStored = () => false,
  }: {
    readonly name: string;
    readonly codec: Codec;
    readonly about: RefusalDetails;
    /** Tells which nodes were stored, and so read, before. Default is none. */
    readonly isStored?: (node: Node) => boolean;
  },
): Promise<void> {
  try {
    await readBlobs(root, isStored);
  } catch (error) {
    if (!(error instanceof UnreadableBlob)) throw error;
    const path = pathTo(error.blob, { root: rebuild(root, codec), name, holding: codec });
    throw new CheckpointStoreError("serialization", `${path} ${error.message}`, { ...about, path, cause: error.cause });
  }
}
