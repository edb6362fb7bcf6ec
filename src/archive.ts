import { exportStream, type ExportOptions } from "./archive/export.ts";
import { importStream, type ImportOptions, type ImportSummary } from "./archive/import.ts";
import { createSuperjsonCodec } from "./codecs/superjson.ts";
import type { Store } from "./core/store.ts";
import { engineOf } from "./engine/engine.ts";

export type { ArchiveProgress, ExportOptions } from "./archive/export.ts";
export type { ImportOptions, ImportSummary } from "./archive/import.ts";

/**
 * Traces as an archive: lines of JSON, that any store of this library can import, whatever its backend and codec.
 *
 * It is made as it is read, and holds no transaction meanwhile: what is saved to a trace after its turn has come is left
 * out, and so is what is removed before its own has. It is plain text, even where the store is encrypted, unless `codec`
 * encrypts. The stream fails with `corrupted` at a checkpoint that is damaged, with `serialization` at a value that the
 * archive's codec can't hold, with `not-found` at a trace of `traceIds` that is not there, and with `codec-mismatch`.
 *
 * @throws TypeError for a store of another make; `closed`.
 */
export function exportTraces<S>(
  store: Store<S>,
  { codec = createSuperjsonCodec(), ...options }: ExportOptions = {},
): ReadableStream<Uint8Array> {
  return exportStream(engineOf(store as Store), { ...options, codec });
}

/**
 * Stores the traces of an archive, with their ids, order and times, in the store's own codec.
 *
 * Whole checkpoints are stored or none: after a failure, whatever it was, the same import can be run again, and goes on
 * where it ended. No retention is applied; the next save does that.
 *
 * @throws `corrupted` names the line that is damaged or missing (`path`: `line 17`); `conflict` where a trace of the
 * archive is another one in the store, or one of its checkpoints is in another trace: nothing of that trace was stored.
 * `newer-schema`, `codec-mismatch`; `serialization` for a value that the store's codec can't hold; what saving throws.
 */
export async function importTraces<S>(
  store: Store<S>,
  stream: ReadableStream<Uint8Array>,
  { codec = createSuperjsonCodec(), ...options }: ImportOptions = {},
): Promise<ImportSummary> {
  return importStream(engineOf(store as Store), stream, { ...options, codec });
}
