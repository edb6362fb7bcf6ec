import { exportStream, type ExportOptions } from "./archive/export.ts";
import { importStream, type ImportOptions, type ImportSummary } from "./archive/import.ts";
import { createSuperjsonCodec } from "./codecs/superjson.ts";
import type { Store } from "./core/store.ts";
import { coreOf } from "./store/store-core.ts";

export type { ArchiveProgress, ExportOptions } from "./archive/export.ts";
export type { ImportOptions, ImportSummary } from "./archive/import.ts";

/**
 * Exports traces as an archive: lines of JSON that {@link importTraces} stores in any store, whatever its backend and
 * codec.
 *
 * The archive is made as it is read, and no transaction is open in between. What is saved to a trace after its export
 * has begun is left out, and so is what was removed before its turn. It is plain text, even of an encrypted store,
 * unless `codec` encrypts. What is changed in such an archive, or put in another's place, is refused by the import.
 *
 * @param store - A store that `openStore`, `createMemoryStore` or `createStore` made.
 * @returns The archive as UTF-8. Reading it rejects with:
 *
 *   - `corrupted`: a checkpoint is damaged; `checkpointId` names it.
 *   - `serialization`: a value that the archive's codec can't hold.
 *   - `not-found`: a trace of `traceIds` does not exist.
 *   - `codec-mismatch`: a record was written by a codec, or with a key, that the store was not given.
 *   - the signal's reason, once `signal` is aborted.
 * @throws TypeError if `store` is of another make, or `traceIds` is not an array of ids.
 * @throws CheckpointStoreError `closed`: the store was closed.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { exportTraces } from "waystone/archive";
 *
 * const store = await openStore("my-agent");
 * await store.trace("run-1").save({ step: 1 });
 *
 * const file = await new Response(exportTraces(store, { traceIds: ["run-1"] })).blob();
 * const lines = (await file.text()).trim().split("\n");
 * console.log(lines.map((line) => JSON.parse(line).kind)); // [ 'archive', 'trace', 'checkpoint', 'end' ]
 * ```
 */
export function exportTraces<S>(
  store: Store<S>,
  { codec = createSuperjsonCodec(), ...options }: ExportOptions = {},
): ReadableStream<Uint8Array> {
  return exportStream(coreOf(store as Store), { ...options, codec });
}

/**
 * Imports the traces of an archive, with their ids, order and times. They are encoded by the store's own codec.
 *
 * Checkpoints are stored whole or not at all. After a failure, of whatever kind, the same import can be run again and
 * goes on where it stopped. A trace that the store has already is extended only with `onConflict: "extend"`. No retention
 * is applied; the next save does that.
 *
 * The archive may come from a stranger: what a store could not have written is refused, and what is imported does not
 * keep the trace from going on.
 *
 * @param store - A store that `openStore`, `createMemoryStore` or `createStore` made.
 * @param stream - The archive as {@link exportTraces} made it, in chunks of any size.
 * @returns What was imported, once all of it is stored.
 * @throws TypeError if `store` is of another make, if `stream` or `onConflict` is not what it must be, or if
 *   `renameTrace` returns no id.
 * @throws CheckpointStoreError `corrupted`: a line is damaged, missing, or none that a store could have written; `path`
 *   names it: `line 17`. Or a checkpoint that the store has already is damaged; `checkpointId` names it.
 * @throws CheckpointStoreError `conflict`: the store has a trace of the same id with other checkpoints, or with fewer
 *   unless `onConflict` is `"extend"`, or one of the archive's checkpoints in another trace. Nothing of that trace was
 *   stored by this import.
 * @throws CheckpointStoreError `newer-schema`: a newer release wrote the archive.
 * @throws CheckpointStoreError `codec-mismatch`: the archive was written by another codec than `codec`.
 * @throws CheckpointStoreError `serialization`: a value that the store's codec can't hold.
 * @throws CheckpointStoreError `quota-exceeded`: the storage is full.
 * @throws CheckpointStoreError `closed`: the store was closed.
 * @throws The signal's reason, if `signal` is aborted; and what reading `stream` rejects with.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { exportTraces, importTraces } from "waystone/archive";
 *
 * const store = await openStore("my-agent");
 * await store.trace("run-1").save({ step: 1 });
 * const other = await openStore("other-agent");
 *
 * console.log(await importTraces(other, exportTraces(store), { onConflict: "skip" }));
 * // { traces: 1, checkpoints: 1, present: 0, skipped: [] }
 * console.log((await other.loadLatest("run-1"))?.state); // { step: 1 }
 * ```
 */
export async function importTraces<S>(
  store: Store<S>,
  stream: ReadableStream<Uint8Array>,
  { codec = createSuperjsonCodec(), ...options }: ImportOptions = {},
): Promise<ImportSummary> {
  return importStream(coreOf(store as Store), stream, { ...options, codec });
}
