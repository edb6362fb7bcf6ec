interface Session {
  prompt(text: string, options: { signal: AbortSignal }): Promise<string>;
  destroy(): void;
}

/** Chrome's built-in language model, as far as it is used here. */
interface BuiltInModel {
  availability(options: typeof SPEAKS): Promise<"unavailable" | "downloadable" | "downloading" | "available">;
  create(options: typeof SPEAKS & { initialPrompts: readonly { role: "system"; content: string }[] }): Promise<Session>;
}

const SPEAKS = { expectedOutputs: [{ type: "text", languages: ["en"] }] } as const;
const TASK =
  "Reword the summary of a report on browser support, in at most three plain sentences. " +
  "Keep every number, every browser and every version. Add nothing. Answer with the summary alone.";

/**
 * Words a summary better, by the model that the browser brings, where it is there already: none is downloaded for it.
 *
 * @returns The better words; `undefined` where there is no model, it fails, or what it says is not what the summary says.
 */
export async function polish(summary: string, signal: AbortSignal): Promise<string | undefined> {
  const { LanguageModel: model } = globalThis as { LanguageModel?: BuiltInModel };
  if (model === undefined) return undefined;
  try {
    if ((await model.availability(SPEAKS)) !== "available") return undefined;
    const session = await model.create({ ...SPEAKS, initialPrompts: [{ role: "system", content: TASK }] });
    try {
      const said = (await session.prompt(summary, { signal })).trim();
      return saysTheSame(summary, said) ? said : undefined;
    } finally {
      session.destroy();
    }
  } catch {
    signal.throwIfAborted();
    // The report is whole without it.
    return undefined;
  }
}

/** Whether the numbers of one text, its versions among them, are those of the other, however often each is said. */
function saysTheSame(summary: string, said: string): boolean {
  const numbers = (text: string) => [...new Set(text.match(/\d+(?:\.\d+)*/g))].sort().join();
  return said !== "" && numbers(summary) === numbers(said);
}
