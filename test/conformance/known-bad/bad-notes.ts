import type { NoteEntries, NoteOptions } from "../../../src/core/trace.ts";
import type { Entry } from "./reference-disk.ts";
import { ReferenceStore } from "./reference-store.ts";

/** Keeps a key in the place of its first value. */
export class KeepsTheFirstPlace extends ReferenceStore {
  protected override writeNote({ notes }: Entry, key: string, value: unknown): void {
    notes.set(key, value);
  }
}

/** Writes over what it was told to write once. */
export class NotesTwice extends ReferenceStore {
  override noting(traceId: string, id: string, entries: NoteEntries, options: NoteOptions = {}) {
    super.noting(traceId, id, entries, options);
    return super.noting(traceId, id, entries, {});
  }
}

/** Copies notes after the call, in a later turn. */
export class NotesLate extends ReferenceStore {
  override noting(traceId: string, id: string, entries: NoteEntries, options?: NoteOptions) {
    super.noting(traceId, id, entries, options);
    return () => Promise.resolve().then(() => super.noting(traceId, id, entries, options)());
  }
}

/** Takes any checkpoint for one of its trace. */
export class NotesAnywhere extends ReferenceStore {
  override noting(traceId: string, id: string, entries: NoteEntries, options?: NoteOptions) {
    super.noting(traceId, id, entries, options);
    return () => super.noting(this.disk.entry(id)?.head.traceId ?? traceId, id, entries, options)();
  }
}

/** Keeps notes by the ids of their checkpoints, whatever becomes of these. */
export class KeepsNotes extends ReferenceStore {
  readonly #notes = new Map<string, Map<string, unknown>>();

  protected override writeNote(entry: Entry, key: string, value: unknown): void {
    super.writeNote(entry, key, value);
    this.#notes.set(entry.head.id, entry.notes);
  }

  protected override answer(...[entry, options]: Parameters<ReferenceStore["answer"]>) {
    const notes = this.#notes.get(entry?.head.id ?? "");
    return super.answer(entry && notes ? { ...entry, notes } : entry, options);
  }
}

/** Tells of the keys in another order than they were written in. */
export class TellsKeysSorted extends ReferenceStore {
  protected override change(...[traceId, what]: Parameters<ReferenceStore["change"]>): void {
    super.change(traceId, { ...what, keys: [...what.keys].sort() });
  }
}
