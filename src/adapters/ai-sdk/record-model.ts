import { wrapLanguageModel } from "ai";
import { requireOptions, type OptionNames } from "../../core/options.ts";
import type { Step, StepOptions } from "../../steps/step.ts";
import { joinDeltas } from "./join-deltas.ts";

/**
 * Agents and chats of the AI SDK as traces.
 *
 * - `record-model.ts`, `record-tools.ts`: the calls of a loop as steps of a run, each of which is made once.
 * - `chat.ts`: a chat whose messages are kept. `respond.ts`: what its agent streams in the page.
 * - `join-deltas.ts`, `message-of.ts`: a stream as it is kept, and the message that it comes to.
 */

/** Options of {@link recordModel}: those of `step.run`, and a name. */
export interface RecordModelOptions extends Pick<StepOptions, "retries" | "retryDelayMs" | "timeoutMs"> {
  /** The name of the steps. Loops that run in parallel need one each. Default is "model". */
  readonly name?: string;
}

/** A model that `wrapLanguageModel` takes. */
export type AnyModel = Parameters<typeof wrapLanguageModel>[0]["model"];
/** A model as this version of the AI SDK calls it. */
export type RecordedModel = ReturnType<typeof wrapLanguageModel>;
type Params = Parameters<RecordedModel["doStream"]>[0];
type GenerateResult = Awaited<ReturnType<RecordedModel["doGenerate"]>>;
type StreamResult = Awaited<ReturnType<RecordedModel["doStream"]>>;
type Part = StreamResult["stream"] extends ReadableStream<infer P> ? P : never;

const OPTIONS: OptionNames<RecordModelOptions> = { name: true, retries: true, retryDelayMs: true, timeoutMs: true };

/**
 * Makes each call of a model a step of a run: what comes of it is kept, and the call is not made again. It is for
 * `generateText`, `streamText` and `ToolLoopAgent`, within the function of `runSteps`.
 *
 * What a model streams is handed on as it comes, up to the first call of a tool; the rest once all is on disk. So no
 * tool runs for a response that is not kept. A call that was cut off is made again from its beginning.
 *
 * Of a response, its content, usage and metadata are kept, and neither the request nor the headers. Failed calls are tried again
 * as steps are: `maxRetries` of the AI SDK has no effect.
 *
 * @param step - The `step` that the function of `runSteps` is given.
 * @param model - The model to call.
 * @param options - `name`, and how often and how long to try: `retries`, which is 2 by default, `retryDelayMs` and `timeoutMs`.
 * @returns A model to call in its place.
 * @throws TypeError if `model` is none that this version of the AI SDK calls, or only its name; for a `step` that is none, and
 *   for an option that there is not.
 *
 * @example
 * ```ts
 * import { generateText } from "ai";
 * import { MockLanguageModelV4 } from "ai/test";
 * import { openStore } from "waystone";
 * import { recordModel } from "waystone/ai-sdk";
 * import { runSteps } from "waystone/steps";
 *
 * const usage = { inputTokens: { total: 3 }, outputTokens: { total: 1 } };
 * const response = { content: [{ type: "text", text: "hello" }], finishReason: { unified: "stop" }, usage, warnings: [] };
 * const model = new MockLanguageModelV4({ doGenerate: response as never });
 * const run = (await openStore("my-agent")).trace("run-1");
 * const agent = () =>
 *   runSteps(run, async (step) => (await generateText({ model: recordModel(step, model), prompt: "say hello" })).text);
 *
 * // On the next page, too: the model is called once.
 * console.log(await agent(), await agent(), model.doGenerateCalls.length); // hello hello 1
 * ```
 */
export function recordModel(step: Step, model: AnyModel, options: RecordModelOptions = {}): RecordedModel {
  requireStep(step);
  requireModel(model);
  requireOptions(options, OPTIONS, "recordModel");
  const { name = "model", retries = 2, ...rest } = options;
  const stepOptions = { retries, ...rest };
  return wrapLanguageModel({
    model,
    middleware: {
      specificationVersion: "v4",
      async wrapGenerate({ model: called, params }) {
        try {
          return await step.run(name, stepOptions, async ({ signal }) => {
            try {
              return answerOf(await called.doGenerate(heeding(params, signal)));
            } catch (error) {
              return refuse(error);
            }
          });
        } catch (error) {
          // Or else the AI SDK would try again by itself, and on the next page it would not.
          throw isRetryable(error) ? final(error) : error;
        }
      },
      async wrapStream({ model: called, params }) {
        const live = new LiveParts();
        const answer = step.run(name, stepOptions, async ({ signal }) => {
          if (live.hasBegun) throw final(new Error("the answer was cut off after a part of it had been handed on"));
          try {
            const { stream } = await called.doStream(heeding(params, signal));
            return await live.take(stream, signal);
          } catch (error) {
            return refuse(error, live.hasBegun);
          }
        });
        void answer.then(
          (kept) => live.end(kept),
          (error: unknown) => live.fail(error),
        );
        return { stream: live.stream };
      },
    },
  });
}

/** What is handed on of an answer while it comes, and what is kept of it. */
class LiveParts {
  readonly stream: ReadableStream<Part>;
  #out: ReadableStreamDefaultController<Part> | undefined;
  /** Parts that came in this page, and are not handed on before they are kept. */
  #held: Part[] | undefined;
  hasBegun = false;

  constructor() {
    this.stream = new ReadableStream<Part>({
      start: (out) => void (this.#out = out),
      // Nobody reads on. What comes is kept all the same.
      cancel: () => void (this.#out = undefined),
    });
  }

  /** Hands parts on as they come. Returns what is to be kept. */
  async take(stream: ReadableStream<Part>, signal: AbortSignal): Promise<Part[]> {
    const parts: Part[] = [];
    const held: Part[] = [];
    const write = (part: Part): void => {
      if (part.type === "error") throw part.error;
      parts.push(part);
      if (held.length > 0 || part.type === "tool-call" || part.type === "finish") held.push(part);
      else {
        this.hasBegun = true;
        this.#out?.enqueue(part);
      }
    };
    await stream.pipeTo(new WritableStream({ write }), { signal });
    this.#held = held;
    return joinDeltas(parts);
  }

  /** Hands on the rest: what was held back; or all of it, if it was kept before. */
  end(kept: readonly Part[]): void {
    for (const part of this.#held ?? kept) this.#out?.enqueue(part);
    this.#out?.close();
  }

  fail(error: unknown): void {
    this.#out?.enqueue({ type: "error", error });
    this.#out?.close();
  }
}

/** @throws TypeError for what is not the `step` of a run. */
export function requireStep(step: unknown): void {
  if (typeof (step as Partial<Step> | null | undefined)?.run === "function") return;
  throw new TypeError("step must be the one that the function of runSteps is given");
}

/** @throws TypeError for what is no model that this version calls. */
function requireModel(model: unknown): asserts model is AnyModel {
  const { specificationVersion } = (typeof model === "object" && model !== null ? model : {}) as Partial<AnyModel>;
  if (!["v2", "v3", "v4"].includes(specificationVersion as string)) {
    const got = specificationVersion === undefined ? typeof model : `specificationVersion ${specificationVersion}`;
    throw new TypeError(`model must be a language model of the AI SDK 7 (specificationVersion v4), got ${got}`);
  }
}

/** Parameters with a signal that is aborted by whoever comes first. */
function heeding(params: Params, signal: AbortSignal): Params {
  const { abortSignal } = params;
  return { ...params, abortSignal: abortSignal === undefined ? signal : AbortSignal.any([abortSignal, signal]) };
}

/** An answer without what it took to get it: the request has all messages in it, and headers are nobody's business. */
function answerOf({ request: _, response, ...answer }: GenerateResult): GenerateResult {
  if (response === undefined) return answer;
  const { headers: __, body: ___, ...metadata } = response;
  return { ...answer, response: metadata };
}

/**
 * @throws The error, as one that `step.run` does not try again unless the model's provider says that it is worth it, and
 *   nothing was handed on that could not be taken back.
 */
function refuse(error: unknown, hasBegun = false): never {
  throw isRetryable(error) && !hasBegun ? error : final(error);
}

function isRetryable(error: unknown): boolean {
  return (error as { readonly isRetryable?: unknown } | null)?.isRetryable === true;
}

/** An error that neither `step.run` nor the AI SDK tries again after. */
function final(cause: unknown): Error {
  const error = new Error(cause instanceof Error ? cause.message : String(cause), { cause });
  return Object.assign(error, { name: "NonRetryableError" });
}
