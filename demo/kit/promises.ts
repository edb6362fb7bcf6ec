import { deleteStore, openStore } from "waystone";
import { exportTraces, importTraces } from "waystone/archive";
import { divertTrace } from "waystone/replicate";
import type { ConformanceSubject } from "waystone/testing";
import { conformanceCases, fitsSubject, runConformanceCase } from "waystone/testing";

/** A promise that is not kept, and what was found instead. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

/** So many cases go on at once, since each of them waits for the database most of the time. */
const AT_ONCE = 4;

/** The store as `openStore` opens it in this browser. */
const subject: ConformanceSubject = {
  name: "IndexedDB, superjson, strict",
  provides: [...new Set(conformanceCases.flatMap(({ needs }) => needs ?? []))],
  archive: { exportTraces, importTraces },
  replication: { divertTrace },
  open: (name, options) => openStore(name, options),
  destroy: (name) => deleteStore(name),
};

/**
 * Runs every case of the kit.
 *
 * @param onProgress - Called after each case with how many have been run, of how many.
 * @returns How many there were, and those that failed.
 */
export async function checkPromises(onProgress: (done: number, total: number) => void) {
  const cases = conformanceCases.filter((one) => fitsSubject(subject, one));
  const failures: Failure[] = [];
  const untouched = cases.values();
  let done = 0;
  const goOn = async (): Promise<void> => {
    for (const one of untouched) {
      try {
        await runConformanceCase(subject, one);
      } catch (error) {
        failures.push({ name: one.name, message: error instanceof Error ? error.message : String(error) });
      }
      onProgress(++done, cases.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, goOn));
  return { total: cases.length, failures };
}
