import {
  RunContext,
  Runner,
  RunResult,
  RunState,
  type Agent,
  type AgentInputItem,
  type NonStreamRunOptions,
  type Session,
  type SessionHistoryTransactionAwareSession,
} from "@openai/agents-core";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { CheckpointStoreError } from "../../core/errors.ts";
import type { Trace } from "../../core/trace.ts";

/** What a run that is not complete goes on with: a call of the model, or a person who approves calls of tools. */
type NextNode = "model" | "approval";

// oxlint-disable-next-line typescript/no-explicit-any -- as the SDK itself bounds what may be any agent
type AnyAgent = Agent<any, any>;

/** Options of {@link recordRun}: those of the SDK's `run`, and three more. */
export interface RecordRunOptions<C, A extends AnyAgent> extends Omit<NonStreamRunOptions<C, A>, "stream"> {
  /** Runs the agent. Default is a new `Runner`. */
  readonly runner?: Runner;
  /** A fingerprint of the agent. A run that another agent began is then a `graph-mismatch`. Default is none. */
  readonly graphHash?: string;
  /** Called with the run if calls of tools wait for approval: approves or rejects them. Default is to leave them waiting. */
  readonly decide?: (state: RunState<C, A>) => void | Promise<void>;
}

/**
 * Runs an agent, or goes on with a run that was begun before: where its page was closed or crashed, or where calls of tools
 * wait for approval.
 *
 * The run is saved before each call of the model, and where it stops. The turn that was under way when a page was gone is run
 * again; no turn before it is.
 *
 * A `session` gets what the run was told and what came of it, once each where it has `applyHistoryTransaction`, as
 * `WaystoneSession` has. What came of it is added when the run is complete.
 *
 * @param trace - The run. If several tabs may go on with it, take it over first (`Trace.takeOver`).
 * @param agent - The agent that begins the run.
 * @param input - What it is told. Nothing comes of it if the run was begun before.
 * @param options - Those of the SDK's `run`, and `runner`, `graphHash` and `decide`.
 * @returns The result. While it has `interruptions`, call again with `decide`. A run that is complete is not run again.
 * @throws CheckpointStoreError `graph-mismatch`: another agent began the run, and `graphHash` was given.
 * @throws CheckpointStoreError `codec-mismatch`: a version of the SDK that this one does not know has written the run. It stays
 *   as it is.
 * @throws Anything, as `Trace.save`, `Trace.loadLatest` and the SDK's `run` do.
 *
 * @example
 * ```ts
 * import { Agent, Runner } from "@openai/agents-core";
 * import { assistantMessage, ScriptedModel } from "@openai/agents-core/testing";
 * import { openStore } from "waystone";
 * import { recordRun } from "waystone/openai-agents";
 *
 * const agent = new Agent({ name: "Greeter", model: new ScriptedModel([[assistantMessage("hello")]]) });
 * const runner = new Runner({ tracingDisabled: true });
 * const run = (await openStore("my-agent")).trace("run-1");
 * await recordRun(run, agent, "say hello", { runner });
 *
 * // On the next page: the run is complete, and the model is not called again.
 * console.log((await recordRun(run, agent, "say hello", { runner })).finalOutput); // hello
 * ```
 */
export async function recordRun<C = undefined, A extends AnyAgent = AnyAgent>(
  trace: Trace,
  agent: A,
  input: string | AgentInputItem[],
  options: RecordRunOptions<C, A> = {},
): Promise<RunResult<C, A>> {
  const { runner = new Runner(), graphHash, decide, session, sessionInputCallback: _, ...runOptions } = options;
  const graph = graphHash === undefined ? {} : { graphHash };
  const latest = await trace.loadLatest(graph);
  const begun = latest?.state as RecordedRun | undefined;
  const told = begun?.told ?? itemsOf(input);
  const state = latest && begun ? await restore(agent, latest, options) : await begin(agent, told, options);

  const save = (nextNode?: NextNode) => {
    const recorded: RecordedRun = { told, run: JSON.parse(state.toString()) as unknown };
    return trace.save(recorded, { ...graph, ...(nextNode !== undefined && { nextNode }) });
  };
  const tell = (isFirst: boolean) => addTo(session, { operationId: `told to ${trace.id}`, items: told, isFirst });
  const say = ({ output }: RunResult<C, A>, isFirst: boolean) =>
    addTo(session, { operationId: `said by ${trace.id}`, items: output, isFirst });

  if (latest !== undefined) {
    await tell(false);
    if (latest.nextNode === undefined) {
      const result = new RunResult(state);
      await say(result, false);
      return result;
    }
    if (latest.nextNode === "approval") await decide?.(state);
  }
  let isTold = latest !== undefined;
  const filter = options.callModelInputFilter ?? runner.config.callModelInputFilter;
  const result = await runner.run(agent, state, {
    ...runOptions,
    async callModelInputFilter(args) {
      await save("model");
      if (!isTold) await tell(true);
      isTold = true;
      return filter === undefined ? args.modelData : filter(args);
    },
  });
  const isWaiting = result.interruptions.length > 0;
  await save(isWaiting ? "approval" : undefined);
  if (!isWaiting) await say(result, true);
  return result;
}

/** The state of a run's trace. */
interface RecordedRun {
  /** What the run was told. */
  readonly told: AgentInputItem[];
  /** What the SDK writes of its `RunState`, as a tree. */
  readonly run: unknown;
}

function itemsOf(input: string | AgentInputItem[]): AgentInputItem[] {
  return typeof input === "string" ? [{ type: "message", role: "user", content: input }] : input;
}

/** What the SDK's `run` takes for `maxTurns`. */
const DEFAULT_MAX_TURNS = 10;

/** A run that begins with what its session has, as when the SDK begins one. */
async function begin<C, A extends AnyAgent>(
  agent: A,
  told: AgentInputItem[],
  { session, sessionInputCallback, context, maxTurns = DEFAULT_MAX_TURNS }: RecordRunOptions<C, A>,
): Promise<RunState<C, A>> {
  const before = (await session?.getItems()) ?? [];
  const items = (await sessionInputCallback?.(before, told)) ?? [...before, ...told];
  return new RunState<C, A>(contextOf(context), items, agent, maxTurns);
}

async function restore<C, A extends AnyAgent>(
  agent: A,
  { id, state }: Checkpoint,
  { context }: RecordRunOptions<C, A>,
): Promise<RunState<C, A>> {
  const text = JSON.stringify((state as RecordedRun).run);
  try {
    if (context === undefined) return await RunState.fromString<C, A>(agent, text);
    return await RunState.fromStringWithContext<C, A>(agent, text, contextOf(context));
  } catch (cause) {
    const { message } = cause as Error;
    // The SDK has no error of its own for this, only its words.
    if (!message.includes("schema version")) throw cause;
    const path = "state.run.$schemaVersion";
    throw new CheckpointStoreError("codec-mismatch", message, { checkpointId: id, path, cause });
  }
}

function contextOf<C>(context: C | RunContext<C> | undefined): RunContext<C> {
  return context instanceof RunContext ? context : new RunContext<C>(context as C);
}

/**
 * Adds items to the session. The SDK's own way can't be resumed: it refuses a run that was stored in the middle of a turn that
 * has a session. A session that knows operations gets them once, however often this is called; another one the first time.
 */
async function addTo(
  session: Session | undefined,
  { operationId, items, isFirst }: { operationId: string; items: AgentInputItem[]; isFirst: boolean },
): Promise<void> {
  if (session === undefined) return;
  if (isTransactional(session))
    await session.applyHistoryTransaction({ operationId, transaction: { type: "append_items", items } });
  else if (isFirst) await session.addItems(items);
}

function isTransactional(session: Session): session is SessionHistoryTransactionAwareSession {
  return "applyHistoryTransaction" in session;
}
