import { openPostgresStore, setUpPostgres, type PostgresPool } from "../../../src/postgres.ts";
import { difference } from "../../../src/testing/index.ts";

/** So many stores save at once, each as a process of its own would. */
const WRITERS = 4;
/** A state is made of so many of the last steps. */
const WINDOW = 20;

/** What came of it. */
export interface Outcome extends Found {
  readonly acknowledged: number;
  /** Calls that rejected, by what they rejected with. None should. */
  readonly rejected: readonly string[];
  /** How long one save took at the most. */
  readonly longestMs: number;
}

/** What is there of the saves that were acknowledged. */
interface Found {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** Not as they were, out of order, or never made. */
  readonly wrong: readonly string[];
}

/** What a fault needs to know of the saves that go on meanwhile. */
export interface Progress {
  /** Resolves once so many more saves were acknowledged. Rejects if the writers have ended. */
  more(saves: number): Promise<void>;
}

/**
 * Saves without a pause while `act` does its worst, then looks at what is there. No save has an id of its own or is repeated:
 * what the store promises is that each call resolves, and has stored one checkpoint.
 */
export async function underLoad(pool: PostgresPool, act: (progress: Progress) => Promise<void>): Promise<Outcome> {
  await setUpPostgres(pool);
  const load = new Load(pool);
  const ended = load.run();
  const more = (saves: number) =>
    Promise.race([
      load.reached(load.acknowledged + saves),
      ended.then(() => Promise.reject(new Error(`the writers have ended: ${load.rejected.join("\n")}`))),
    ]);
  try {
    await more(20);
    await act({ more });
    await more(20);
  } finally {
    load.stop();
    await ended;
  }
  return { ...(await load.look()), ...load };
}

class Load {
  readonly #pool: PostgresPool;
  readonly #name = `faults ${crypto.randomUUID()}`;
  /** How many steps each writer has made. */
  readonly #steps = Array.from({ length: WRITERS }, () => 0);
  readonly #waiting = new Set<{ readonly goal: number; readonly resolve: () => void }>();
  #isOver = false;
  acknowledged = 0;
  longestMs = 0;
  readonly rejected: string[] = [];

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async run(): Promise<void> {
    await Promise.all(this.#steps.map((_, writer) => this.#write(writer)));
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Resolves once so many saves were acknowledged in all. */
  reached(goal: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.add({ goal, resolve }));
  }

  async #write(writer: number): Promise<void> {
    const store = await this.#open();
    const trace = store.trace(`trace ${writer}`);
    while (!this.#isOver) {
      const startedAt = performance.now();
      try {
        await trace.save(stateOf(writer, this.#steps[writer]!));
      } catch (error) {
        this.rejected.push(String((error as Error).stack));
        break;
      }
      this.longestMs = Math.max(this.longestMs, Math.round(performance.now() - startedAt));
      this.#steps[writer]! += 1;
      this.acknowledged += 1;
      for (const one of this.#waiting) {
        if (one.goal > this.acknowledged) continue;
        this.#waiting.delete(one);
        one.resolve();
      }
    }
    await store.close();
  }

  async look(): Promise<Found> {
    const store = await this.#open();
    const found = { lost: [] as string[], doubled: [] as string[], wrong: [] as string[] };
    for (const [writer, count] of this.#steps.entries()) {
      const seen: number[] = [];
      for (const id of await store.list(`trace ${writer}`)) {
        const { state } = (await store.load(id))!;
        const differs = await difference(state, stateOf(writer, state.step));
        if (differs !== undefined) found.wrong.push(`${writer}, step ${state.step}: ${differs}`);
        if (seen.includes(state.step)) found.doubled.push(`${writer}, step ${state.step}`);
        else if (state.step > (seen.at(-1) ?? count - 1))
          found.wrong.push(`${writer}, step ${state.step}: out of order`);
        seen.push(state.step);
      }
      for (let step = 0; step < count; step += 1) if (!seen.includes(step)) found.lost.push(`${writer}, step ${step}`);
    }
    await store.close();
    return found;
  }

  #open() {
    return openPostgresStore<ReturnType<typeof stateOf>>(this.#pool, this.#name, { reconnectTimeoutMs: 60_000 });
  }
}

function stateOf(writer: number, step: number) {
  const first = Math.max(0, step - WINDOW + 1);
  return { step, log: Array.from({ length: step - first + 1 }, (_, n) => entryOf(writer, first + n)) };
}

function entryOf(writer: number, step: number) {
  return { writer, step, text: `${"x".repeat(300)} ${writer * 31 + step}` };
}
