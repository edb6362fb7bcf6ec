import type { Step } from "waystone/steps";

/** An agent of twenty lines: it calls a tool, asks a person, and sleeps. Kill its page wherever you like. */
export async function agent(step: Step, { input }: { readonly input: { readonly city: string } }): Promise<string> {
  const luck = step.random();
  const weather = await step.run("ask the weather", { retries: 2, timeoutMs: 10_000 }, async ({ signal }) => {
    await slowly(signal);
    return { city: input.city, rain: luck > 0.5 };
  });
  const packed = await Promise.all(
    ["shoes", weather.rain ? "umbrella" : "hat"].map((thing) =>
      step.run(`pack ${thing}`, async ({ signal, attempt }) => {
        await slowly(signal);
        return `${thing} (attempt ${attempt})`;
      }),
    ),
  );
  const answer = await step.waitForEvent<string>("answer", {
    question: `Go to ${weather.city}?`,
    timeoutMs: 86_400_000,
  });
  if (answer !== "yes") return "We stay.";
  await step.sleep("put on the coat", 5000);
  return `We go, with ${packed.join(" and ")}.`;
}

/** Takes as long as a tool would. */
function slowly(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, 3000);
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
