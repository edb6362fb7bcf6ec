import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import { CANDIDATES } from "../candidates/roster.ts";
import type { CandidateName } from "../candidates/roster.ts";
import { assertEqual } from "../work/equal.ts";
import { prose, seededRandom } from "../work/random.ts";
import type { Random } from "../work/random.ts";
import { quiet } from "./one-run.ts";
import { recordSizes } from "./record-sizes.ts";

interface YoungArrays {
  readonly arrays: number;
  readonly item: (random: Random, step: number) => unknown;
  /** How the arrays lie in the state. Default is side by side. */
  readonly place?: (arrays: readonly (readonly unknown[])[]) => object;
}

const textItem = (length: number) => (random: Random, step: number) => ({ id: step, text: prose(random, length) });

/** Arrays that grow by an item each with every save. */
const KINDS = {
  items100B: { arrays: 4, item: textItem(80) },
  items300B: { arrays: 8, item: textItem(280) },
  messages600B: { arrays: 1, item: (random, step) => ({ id: step, role: "user", content: prose(random, 560) }) },
  nested100B: {
    arrays: 4,
    item: textItem(80),
    place: ([log, notes, coderLog, coderNotes]) => ({
      agents: { planner: { log, notes }, coder: { log: coderLog, notes: coderNotes } },
    }),
  },
  texts50B: { arrays: 20, item: (random) => prose(random, 48) },
  numbers: { arrays: 4, item: (_, step) => step * 1.5 },
} satisfies Record<string, YoungArrays>;

/**
 * Bytes in the records for each byte of the items as JSON, by kind of array, after so many saves. What the same saves
 * take with nothing in the state is left out: the heads, which have nothing to do with arrays.
 */
export async function measureYoungArrays({ candidate, saves }: { candidate: CandidateName; saves: number }) {
  const none = await store(candidate, { name: "young-none", saves, young: { arrays: 0, item: () => undefined } });
  const figures: Record<string, number> = {};
  for (const [name, young] of Object.entries<YoungArrays>(KINDS)) {
    const stored = await store(candidate, { name: `young-${name}`, saves, young });
    figures[name] = (stored.bytes - none.bytes) / stored.contentBytes;
  }
  return figures;
}

async function store(
  candidate: CandidateName,
  { name, saves, young }: { name: string; saves: number; young: YoungArrays },
) {
  const open = await CANDIDATES[candidate].open(name);
  const random = seededRandom(1);
  const { place = (arrays) => Object.fromEntries(arrays.map((array, n) => [`list${n}`, array])) } = young;
  let arrays: unknown[][] = Array.from({ length: young.arrays }, () => []);
  let contentBytes = 0;
  let state: unknown;
  for (let step = 1; step <= saves; step++) {
    arrays = arrays.map((array) => {
      const item = young.item(random, step);
      contentBytes += new TextEncoder().encode(JSON.stringify(item)).length;
      return [...array, item];
    });
    state = { step, ...place(arrays) };
    await open.saveWithTrace("young", createCheckpoint(state, { nextNode: "work" }));
  }
  await quiet();
  await open.close();
  const again = await CANDIDATES[candidate].open(name);
  assertEqual((await again.loadLatest("young"))?.state, state, `${candidate}: ${name}`);
  await again.close();
  return { contentBytes, bytes: (await recordSizes(name)).bytes };
}
