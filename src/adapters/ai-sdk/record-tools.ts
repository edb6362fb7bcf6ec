import type { ToolSet } from "ai";
import type { Step, StepOptions } from "../../steps/step.ts";
import { requireStep } from "./record-model.ts";

/** Options of {@link recordTools}: those of `step.run`, for each tool by its name. */
export type RecordToolsOptions<T extends ToolSet> = { readonly [Name in keyof T]?: Omit<StepOptions, "input"> };

/** What a tool of any kind is called with, and what it returns. */
type Execute = (input: unknown, options: ToolOptions) => unknown;
type ToolOptions = { readonly toolCallId: string; readonly abortSignal?: AbortSignal };

/**
 * Makes each call of a tool a step of a run: what it has returned, or has failed with in the end, is kept, and it is not called
 * again. It is for `generateText`, `streamText` and `ToolLoopAgent`, with a model of `recordModel`: that keeps the calls
 * themselves, and with them the `toolCallId`, which a tool can give to a server as the key of its call.
 *
 * Of a tool that yields several outputs, the last is handed on. A tool that runs an agent itself is not for this: have it
 * record what that calls.
 *
 * @param step - The `step` that the function of `runSteps` is given.
 * @param tools - The tools. Those without `execute` are left as they are.
 * @param options - How often and how long to try each, or `atMostOnce`. Default is once; after a page was gone, again.
 * @returns Tools to pass in their place.
 * @throws TypeError for a `step` that is none, and for options of a tool that is not among `tools`.
 *
 * @example
 * ```ts
 * import { jsonSchema, tool } from "ai";
 * import { createMemoryStore } from "waystone/memory";
 * import { recordTools } from "waystone/ai-sdk";
 * import { runSteps } from "waystone/steps";
 *
 * const pay = tool({ inputSchema: jsonSchema<{ sum: number }>({ type: "object" }), execute: ({ sum }) => `paid ${sum}` });
 * const run = createMemoryStore().trace("run-1");
 * const tools = await runSteps(run, (step) => Object.keys(recordTools(step, { pay }, { pay: { atMostOnce: true } })));
 * console.log(tools); // [ 'pay' ]
 * ```
 */
export function recordTools<T extends ToolSet>(step: Step, tools: T, options: RecordToolsOptions<T> = {}): T {
  requireStep(step);
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(tools, name));
  if (unknown !== undefined)
    throw new TypeError(`recordTools has options for a tool ${unknown}, which is none of them`);
  const recorded = Object.entries(tools).map(([name, tool]) => {
    const execute = tool.execute as Execute | undefined;
    if (execute === undefined) return [name, tool] as const;
    const recording: Execute = (input, { abortSignal, ...rest }) =>
      step.run(`${name} ${rest.toolCallId}`, options[name] ?? {}, ({ signal }) =>
        lastOf(
          execute(input, {
            ...rest,
            abortSignal: abortSignal === undefined ? signal : AbortSignal.any([abortSignal, signal]),
          }),
        ),
      );
    return [name, { ...tool, execute: recording }] as const;
  });
  return Object.fromEntries(recorded) as T;
}

/** Returns what a tool returns, or the last of what it yields. */
async function lastOf(output: unknown): Promise<unknown> {
  if (typeof output !== "object" || output === null || !(Symbol.asyncIterator in output)) return output;
  let last: unknown;
  for await (const one of output as AsyncIterable<unknown>) last = one;
  return last;
}
