import { isCheckpointStoreError } from "waystone";

/** How something ended, and after how long. */
export interface Attempt {
  /** `ok`; the code of a typed error; `untyped` for any other; `hang` if it did not end in time. */
  readonly outcome: string;
  readonly ms: number;
  readonly message?: string;
}

/** Tries something out. Never rejects. */
export async function attempt(work: () => Promise<unknown>, { hangMs = 20_000 } = {}): Promise<Attempt> {
  const start = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hanging = new Promise<Pick<Attempt, "outcome">>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: "hang" }), hangMs);
  });
  const working = work().then(
    () => ({ outcome: "ok" }),
    (error: unknown) => ({ outcome: isCheckpointStoreError(error) ? error.code : "untyped", message: String(error) }),
  );
  const ended = await Promise.race([working, hanging]);
  clearTimeout(timer);
  return { ...ended, ms: performance.now() - start };
}
