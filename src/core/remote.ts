/**
 * Where devices exchange traces: an ordered log for each trace, which they all can read and append to.
 *
 * A remote knows nothing of checkpoints. It keeps entries, each some bytes under an id, in the order in which they were
 * appended. `replicate` brings a store and a remote together; `waystone/testing` has cases for everything this file
 * promises.
 *
 * **Versions.** A log has a version: 0 before its first entry, a higher number after each change. An entry's version is that
 * of the log with it as its newest. A log that was lost may begin anew with any version.
 *
 * **Errors.** All failures are a `CheckpointStoreError`, with the platform's own error as `cause`:
 *
 * - `conflict`: the log has another version than the one that was expected. Nothing is stored.
 * - `unavailable`: the remote can't be reached, or was too slow. What was asked for may have been done.
 * - `quota-exceeded`: there is no room left.
 * - `storage`: anything else.
 */
export interface Remote {
  /**
   * Reads the entries of a log.
   *
   * @param traceId - Whose log. One that nobody has appended to is empty.
   * @param options - `after` is the version after which to begin: 0 for all entries. `signal` ends the call.
   * @returns The entries that are younger than `after`, oldest first, and the log's version, which may be lower than
   *   `after` where the log was lost.
   * @throws CheckpointStoreError `unavailable`: the remote can't be reached.
   * @throws CheckpointStoreError `storage`: it failed in another way.
   * @throws The signal's reason, once `signal` is aborted.
   */
  read(traceId: string, options: { readonly after: number; readonly signal?: AbortSignal }): Promise<RemoteLog>;
  /**
   * Appends an entry, if the log still has the version that the caller knows.
   *
   * @param traceId - Whose log.
   * @param entry - What to append. The bytes are not changed until the call is done.
   * @param options - `version` is the version that the log must have. `signal` ends the call.
   * @returns The log's version from then on, once the entry is stored.
   * @throws CheckpointStoreError `conflict`: the log has another version.
   * @throws CheckpointStoreError `unavailable`: nobody knows whether it was stored.
   * @throws CheckpointStoreError `quota-exceeded`: there is no room left.
   * @throws CheckpointStoreError `storage`: it failed in another way.
   * @throws The signal's reason, once `signal` is aborted.
   */
  append(
    traceId: string,
    entry: RemoteEntry,
    options: { readonly version: number; readonly signal?: AbortSignal },
  ): Promise<number>;
  /**
   * Puts one entry in the place of all that a log has, if it still has the version that the caller knows.
   *
   * @param traceId - Whose log.
   * @param entry - The entry that is there from then on.
   * @param options - `version` is the version that the log must have. `signal` ends the call.
   * @returns The log's version from then on, which is higher than all before it.
   * @throws CheckpointStoreError `conflict`: the log has another version.
   * @throws CheckpointStoreError `unavailable`: nobody knows whether it was done.
   * @throws CheckpointStoreError `quota-exceeded`: there is no room left.
   * @throws CheckpointStoreError `storage`: it failed in another way.
   * @throws The signal's reason, once `signal` is aborted.
   */
  replace(
    traceId: string,
    entry: RemoteEntry,
    options: { readonly version: number; readonly signal?: AbortSignal },
  ): Promise<number>;
  /**
   * Tells of each log that there is, then of each that changes. One may be told of more often than it changes.
   *
   * @param listener - Called with the id of the trace. It does not throw.
   * @param options - `signal` ends it: the listener is not called again.
   * @returns Once the listener will hear of all changes from then on; what there is may be told later.
   * @throws CheckpointStoreError `unavailable`: the remote can't be reached.
   * @throws CheckpointStoreError `storage`: it failed in another way.
   * @throws The signal's reason, once `signal` is aborted.
   */
  watch(listener: (traceId: string) => void, options: { readonly signal: AbortSignal }): Promise<void>;
}

/** An entry of a log. */
export interface RemoteEntry {
  /** Names it for whoever looks into the remote: the id of a checkpoint, mostly. It need not be unique. */
  readonly id: string;
  /**
   * What it holds: as the codec made it, so that a remote can't read it if the codec encrypts. Where it is read, it is a
   * `Uint8Array` of its own, and no instance of a class that extends that.
   */
  readonly bytes: Uint8Array;
}

/** What was read of a log. */
export interface RemoteLog {
  /** The log's version. It may be higher than that of the last entry, where an append was cut off. */
  readonly version: number;
  /** Oldest first. */
  readonly entries: readonly VersionedEntry[];
}

/** An entry as it is read. */
export interface VersionedEntry extends RemoteEntry {
  /** The log's version with this entry as its newest. */
  readonly version: number;
}
