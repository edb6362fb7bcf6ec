import { createCheckpoint, isCheckpointStoreError, openStore } from "waystone";
import { noise } from "../../src/testing/steps.ts";

/** Saves so many steps of a run. For a page to import. @public */
export async function save(name: string, steps: number): Promise<void> {
  const store = await openStore(name);
  for (let step = 0; step < steps; step++) await store.trace("run").save({ step, text: "x".repeat(1_000) });
  await store.close();
}

/** What is there, and what was told of a loss. @public */
export async function look(name: string): Promise<{ losses: number; checkpoints: number }> {
  let losses = 0;
  const store = await openStore(name, { onDataLoss: () => void (losses += 1) });
  const { length } = await store.list("run");
  await store.close();
  return { losses, checkpoints: length };
}

/** What came of reading a checkpoint: its state as saved, or a store's error about it. */
export type Reading = "right" | `corrupted: ${string}` | (string & {});

/** What can be done with a store whose files are damaged. */
export interface Inspection {
  readonly listed: Record<string, readonly string[]>;
  readonly inHistory: Record<string, readonly string[]>;
  readonly loaded: Record<string, Reading>;
  /** What each trace falls back to. */
  readonly fallback: Record<string, string>;
  readonly saved: Record<string, string>;
  readonly bytesAfterDeletion: number;
}

const TRACES = { a: 4, b: 2 };
const LARGE = 150_000;

const stateOf = (trace: string, step: number) => ({
  log: Array.from({ length: step + 1 }, (_, n) => noise(trace.length + n, LARGE)),
});

/** Saves two traces whose steps are large, one with large metadata too, in so many stores. @public */
export async function saveLarge(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const store = await openStore(name);
    for (const [trace, steps] of Object.entries(TRACES)) {
      for (let step = 0; step < steps; step++) {
        const metadata = trace === "b" ? { text: noise(step, LARGE) } : {};
        await store.saveWithTrace(trace, createCheckpoint(stateOf(trace, step), { id: `${trace}${step}`, metadata }));
      }
    }
    await store.close();
  }
}

/** Does with each store all that its users do; nothing is left of it in the end. @public */
export async function inspect(names: readonly string[]): Promise<Inspection[]> {
  return await Promise.all(names.map(inspectOne));
}

async function inspectOne(name: string): Promise<Inspection> {
  const store = await openStore<ReturnType<typeof stateOf>>(name);
  const outcome = async <T>(call: Promise<T>, say: (answer: T) => string): Promise<string> =>
    call.then(say, (error: unknown) =>
      isCheckpointStoreError(error, "corrupted") ? `corrupted: ${error.checkpointId ?? error.traceId}` : String(error),
    );
  const found = { listed: {}, inHistory: {}, loaded: {}, fallback: {}, saved: {} } as {
    -readonly [K in keyof Omit<Inspection, "bytesAfterDeletion">]: Inspection[K];
  };
  for (const [trace, steps] of Object.entries(TRACES)) {
    found.listed[trace] = await store.list(trace);
    const heads: string[] = [];
    for await (const { id } of store.history(trace)) heads.push(id);
    found.inHistory[trace] = heads;
    for (let step = 0; step < steps; step++) {
      const id = `${trace}${step}`;
      found.loaded[id] = await outcome(store.load(id), (checkpoint) =>
        JSON.stringify(checkpoint?.state) === JSON.stringify(stateOf(trace, step)) ? "right" : "wrong",
      );
    }
    found.fallback[trace] = await outcome(
      store.loadLatest(trace, { skipDamaged: true }),
      (checkpoint) => checkpoint!.id,
    );
    found.saved[trace] = await outcome(
      store.saveWithTrace(trace, createCheckpoint({ log: ["new"] }, { id: `${trace}-new` })),
      () => "saved",
    );
  }
  for (const trace of Object.keys(TRACES)) await store.deleteTrace(trace);
  const { storedBytes } = await store.usage();
  await store.close();
  return { ...found, bytesAfterDeletion: storedBytes };
}
