import { expect, test } from "vitest";
import { forkTrace } from "../../src/verbs/fork.ts";
import { decodeCheckpoint, findStored } from "../../src/verbs/load.ts";
import { CODECS, RecordedTrace } from "./recorded-trace.ts";

async function forked() {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < 70; step += 1) {
    list.push(`element ${step}`.padEnd(300));
    await trace.save({ list });
    if (step === 50) await trace.fold();
  }
  const fork = new RecordedTrace("f", trace.backend);
  const id = [...trace.states.keys()][60]!;
  const { head } = await forkTrace(trace.backend, { id, traceId: "f", codecs: CODECS, clock: trace.clock });
  fork.states.set(head.id, trace.states.get(id));
  return { trace, fork, id, head };
}

test("a fork has its own copy of what the checkpoint needs, and goes on as the trace would have", async () => {
  const { trace, fork, id, head } = await forked();
  expect(head).toMatchObject({ traceId: "f", parentId: id, seq: 1 });
  await fork.expectWhole();
  await trace.remove(0, 69);
  await trace.expectWhole();
  await fork.expectWhole();
  const { list } = [...fork.states.values()][0] as { list: string[] };
  await fork.save({ list: [...list, "more"] });
  await fork.expectWhole();
  expect((await fork.records()).rows).toHaveLength(1);
});

test("a fork of a fork's first checkpoint is read back, too", async () => {
  const { fork, head } = await forked();
  const again = await forkTrace(fork.backend, { id: head.id, traceId: "g", codecs: CODECS, clock: fork.clock });
  const stored = await fork.backend.read((tx) => findStored(tx, again.head.id));
  expect(await decodeCheckpoint(stored!, CODECS)).toMatchObject({ id: again.head.id, parentId: head.id });
});

test("a fork is refused where its trace is there, and its checkpoint is not", async () => {
  const { trace, id } = await forked();
  const fork = (options: { id: string; traceId: string; within?: string }) =>
    forkTrace(trace.backend, { ...options, codecs: CODECS, clock: trace.clock });
  await expect(fork({ id, traceId: "f" })).rejects.toMatchObject({ code: "conflict" });
  await expect(fork({ id: "none", traceId: "h" })).rejects.toMatchObject({ code: "not-found" });
  await expect(fork({ id, traceId: "h", within: "f" })).rejects.toMatchObject({ code: "not-found" });
});
