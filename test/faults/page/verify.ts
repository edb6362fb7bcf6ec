import type { StoredHead } from "waystone";
import { digestOf } from "./digest.ts";
import { expectedDigests, type AgentState } from "./state.ts";
import { storeOf, type StoreName } from "./stores.ts";
import { idOf } from "./write.ts";

/** What a trace turned out to hold. */
export interface TraceReport {
  readonly trace: string;
  /** The steps that are there, oldest first, each with the digest of the state that it gave back. */
  readonly found: readonly { readonly step: number; readonly digest: string }[];
  /** What is wrong with the trace in itself: damage, gaps, sums that do not add up. */
  readonly problems: readonly string[];
}

/** Reads traces of {@link write} in every way there is, and holds the answers against each other and the states. */
export async function verify({
  traces,
  ...name
}: StoreName & { readonly traces: readonly string[] }): Promise<TraceReport[]> {
  const reports: TraceReport[] = [];
  for (const trace of traces) {
    const report = await verifyTrace(trace, name).catch((error: unknown) => {
      return { trace, found: [], problems: [`${trace} can't be read: ${String(error)}`] };
    });
    reports.push(report);
  }
  return reports;
}

async function verifyTrace(trace: string, name: StoreName): Promise<TraceReport> {
  const store = await storeOf<AgentState>(name);
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(`${trace}: ${problem}`);
  };

  const heads: StoredHead[] = [];
  for await (const head of store.history(trace)) heads.unshift(head);
  const ids = heads.map(({ id }) => id);
  const list = (await store.list(trace)).reverse();
  check(
    String(ids) === String(list),
    `history has ${ids.length} checkpoints, list ${list.length}, or in another order`,
  );

  const steps = ids.map((id) => Number(id.slice(trace.length + 1)));
  const [first = 0] = steps;
  const firstSeq = heads[0]?.seq ?? 0;
  for (const [n, head] of heads.entries()) {
    check(head.id === idOf(trace, first + n), `${head.id} follows ${ids[n - 1]}`);
    check(head.seq === firstSeq + n, `${head.id} has position ${head.seq}, not ${firstSeq + n}`);
    check(n === 0 || head.timestamp > heads[n - 1]!.timestamp, `${head.id} is no later than ${ids[n - 1]}`);
  }

  const expected = expectedDigests(trace, { first, last: steps[steps.length - 1] ?? 0 });
  const found: { step: number; digest: string }[] = [];
  for (const [n, id] of ids.entries()) {
    try {
      const checkpoint = await store.load(id);
      const digest = digestOf(checkpoint?.state);
      check(digest === expected.get(steps[n]!), `${id} is not what was saved`);
      found.push({ step: steps[n]!, digest });
    } catch (error) {
      check(false, `${id} does not load: ${String(error)}`);
    }
  }

  const latest = await store.loadLatest(trace);
  check(latest?.id === ids[ids.length - 1], `latest is ${latest?.id}, not ${ids[ids.length - 1]}`);
  check(
    latest === undefined || digestOf(latest.state) === expected.get(latest.state.step),
    "the latest is not what was saved",
  );
  const traces = await store.traces();
  const summary = traces.find(({ traceId }) => traceId === trace);
  check((summary?.checkpoints ?? 0) === ids.length, `traces counts ${summary?.checkpoints}, not ${ids.length}`);
  check(summary?.latest.id === ids[ids.length - 1], `traces has ${summary?.latest.id} as the latest`);
  const { storedBytes } = await store.usage();
  const sum = traces.reduce((total, { bytes }) => total + bytes, 0);
  check(storedBytes === sum, `usage has ${storedBytes} bytes, traces ${sum}`);
  return { trace, found, problems };
}
