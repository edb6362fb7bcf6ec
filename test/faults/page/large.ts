import { maxBytes, openStore, type Store } from "waystone";

/** What a state holds that is large. */
export type LargeKind = "bytes" | "file";

/** One value of so many bytes in a state that is else small. */
interface LargeState {
  step: number;
  notes: string[];
  value: unknown;
}

/** What was done, and how long it took. */
export interface LargeResult {
  readonly ms: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly storedBytes: number;
  /** What the browser says that the origin takes, where it says so. */
  readonly originBytes: number | undefined;
}

export interface LargeInput {
  readonly store: string;
  readonly kind: LargeKind;
  readonly bytes: number;
}

/** Saves one large value. */
export async function saveLarge({ store: name, kind, bytes }: LargeInput): Promise<LargeResult> {
  return timed(name, async (store, time) => {
    const state: LargeState = { step: 1, notes: ["a photo"], value: makeLarge(kind, { seed: 1, bytes }) };
    await time("save", () => store.trace("large").save(state, { id: "large:1" }));
    state.step = 2;
    state.notes.push("looked at");
    await time("save again", () => store.trace("large").save(state, { id: "large:2" }));
    return [];
  });
}

/** Loads it, forks it, and loads the fork. */
export async function forkLarge({ store: name, kind, bytes }: LargeInput): Promise<LargeResult> {
  return timed(name, async (store, time) => {
    const problems: string[] = [];
    const expected = { kind, seed: 1, bytes };
    const latest = await time("load", () => store.loadLatest("large"));
    if (!(await isLarge(latest?.state.value, expected))) problems.push("what was loaded is not what was saved");
    await time("fork", () => store.fork("large:2", "fork"));
    const fork = await time("load fork", () => store.loadLatest("fork"));
    if (!(await isLarge(fork?.state.value, expected))) problems.push("the fork is not what was saved");
    return problems;
  });
}

/** Saves one photo after another into a store that keeps so many bytes. */
export async function keepPhotos({
  store: name,
  photos,
  bytes,
  limit,
}: {
  readonly store: string;
  readonly photos: number;
  readonly bytes: number;
  readonly limit: number;
}): Promise<LargeResult> {
  const store = await openStore<LargeState>(name, { retention: maxBytes(limit) });
  try {
    for (let seed = 1; seed <= photos; seed += 1) {
      await store.trace("photos").save({ step: seed, notes: [], value: makeLarge("bytes", { seed, bytes }) });
    }
    const latest = await store.loadLatest("photos");
    const isRight = await isLarge(latest?.state.value, { kind: "bytes", seed: photos, bytes });
    const { storedBytes, originBytes } = await store.usage();
    return { ms: {}, problems: isRight ? [] : ["the last photo is not what was saved"], storedBytes, originBytes };
  } finally {
    await store.close();
  }
}

/** Opens a store and closes it, whereupon a browser tidies up what a hard end of the one before has left. */
export async function openAndClose({ store }: { readonly store: string }): Promise<LargeResult> {
  return timed(store, async () => []);
}

type Time = <T>(what: string, work: () => Promise<T>) => Promise<T>;

async function timed(
  name: string,
  work: (store: Store<LargeState>, time: Time) => Promise<string[]>,
): Promise<LargeResult> {
  const store = await openStore<LargeState>(name);
  const ms: Record<string, number> = {};
  try {
    const problems = await work(store, async (what, one) => {
      const start = performance.now();
      const result = await one();
      ms[what] = Math.round(performance.now() - start);
      return result;
    });
    const { storedBytes, originBytes } = await store.usage();
    return { ms, problems, storedBytes, originBytes };
  } finally {
    await store.close();
  }
}

/** Bytes that can't be compressed, the same for the same seed. */
function noise(seed: number, bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let word = Math.imul(seed, 0x9e3779b1) | 1;
  for (let i = 0; i < words.length; i += 1) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    words[i] = word;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

function makeLarge(kind: LargeKind, { seed, bytes }: { seed: number; bytes: number }): unknown {
  const content = noise(seed, bytes);
  if (kind === "file") return new File([content], "photo.raw", { type: "image/raw", lastModified: 5 });
  return content;
}

async function isLarge(
  value: unknown,
  { kind, seed, bytes }: { kind: LargeKind; seed: number; bytes: number },
): Promise<boolean> {
  if (kind === "file" && !(value instanceof File && value.name === "photo.raw" && value.lastModified === 5))
    return false;
  const found = value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : value;
  const expected = noise(seed, bytes);
  if (!(found instanceof Uint8Array) || found.length !== bytes) return false;
  const [a, b] = [new Uint32Array(found.buffer, 0, bytes >> 2), new Uint32Array(expected.buffer, 0, bytes >> 2)];
  return a.every((word, i) => word === b[i]);
}
