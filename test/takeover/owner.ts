/// <reference lib="webworker" />
import { openStore } from "../../src/index.ts";

/** What the page asks of the worker that owns a trace. */
export type OwnerOrder =
  { readonly kind: "own"; readonly store: string } | { readonly kind: "save"; readonly step: number };

/** What it posts back. */
export type OwnerAnswer =
  | { readonly kind: "owning"; readonly latest: number | undefined }
  | { readonly kind: "saved" }
  | { readonly kind: "refused"; readonly code: unknown }
  | { readonly kind: "lost" };

const answer = (message: OwnerAnswer): void => self.postMessage(message);
const orders: ((order: OwnerOrder) => void)[] = [];

self.addEventListener("message", ({ data }: MessageEvent<OwnerOrder>) => {
  if (data.kind === "own") void own(data.store);
  else orders.shift()?.(data);
});

async function own(name: string): Promise<void> {
  const store = await openStore<{ step: number }>(name);
  const owning = store.trace("run").takeOver(async ({ trace, latest, signal }) => {
    signal.addEventListener("abort", () => answer({ kind: "lost" }));
    answer({ kind: "owning", latest: latest?.state.step });
    for (;;) {
      const order = await new Promise<OwnerOrder>((resolve) => orders.push(resolve));
      if (order.kind !== "save") continue;
      await trace.save({ step: order.step }).then(
        () => answer({ kind: "saved" }),
        (error: { code?: unknown }) => answer({ kind: "refused", code: error.code }),
      );
    }
  });
  // That it was stolen is what the signal says.
  owning.catch(() => undefined);
}
