import { nameIn } from "./schema.ts";

/** What one transaction leaves behind that writes, so that it can be told later whether it was committed. */
export interface CommitMark {
  readonly slot: string;
  readonly number: number;
}

/**
 * The marks of one backend. Each transaction takes a slot, which no other has at the time, and writes a number there that is
 * higher than any before: so there are as many rows as there were transactions at once.
 */
export class CommitMarks {
  readonly #table: string;
  readonly #free: { readonly slot: string; number: number }[] = [];
  readonly #slots: string[] = [];

  constructor(schema: string) {
    this.#table = nameIn(schema, "commit_marks");
  }

  take(): CommitMark {
    const last = this.#free.pop() ?? { slot: crypto.randomUUID(), number: 0 };
    if (last.number === 0) this.#slots.push(last.slot);
    return { slot: last.slot, number: last.number + 1 };
  }

  /** Gives a slot back. Not one of which it is unknown what stands in it. */
  free({ slot, number }: CommitMark): void {
    this.#free.push({ slot, number });
  }

  /** The statement that leaves a mark: its slot, then its number, behind so many values of other statements. */
  writing(behindValues: number): string {
    const [slot, number] = [`$${behindValues + 1}::uuid`, `$${behindValues + 2}::bigint`];
    return `insert into ${this.#table} (slot, number, at) values (${slot}, ${number}, now()) on conflict (slot) do update set number = excluded.number, at = excluded.at`;
  }

  /**
   * The statement that returns what stands in the slot `$1`. It writes the very same there: so it waits for a transaction
   * that still has the slot, which then has either been committed or never will be. And once this one is on disk, on a standby
   * too, so is that one, which was before it.
   */
  get asking(): string {
    return `insert into ${this.#table} as mark (slot, number, at) values ($1::uuid, 0, now()) on conflict (slot) do update set number = mark.number returning mark.number::text as number`;
  }

  /** The statement that removes the marks of backends that were never closed. No commit is in doubt for so long. */
  get clearingOld(): string {
    return `delete from ${this.#table} where at < now() - interval '7 days'`;
  }

  /** The statement that removes all marks of this backend, and its value. */
  clearing(): readonly [text: string, values: unknown[]] | undefined {
    if (this.#slots.length === 0) return undefined;
    return [`delete from ${this.#table} where slot = any($1::uuid[])`, [this.#slots]];
  }
}
