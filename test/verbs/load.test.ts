import { describe, expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { CheckpointRecord } from "../../src/log/records.ts";
import { seal } from "../../src/log/records.ts";
import { Codecs } from "../../src/pieces/codecs.ts";
import { decodeBase, readBase } from "../../src/verbs/base.ts";
import { readHistory } from "../../src/verbs/history.ts";
import { decodeCheckpoint, findLatest, findStored } from "../../src/verbs/load.ts";
import { CODECS, RecordedTrace } from "./recorded-trace.ts";

async function filled(count = 5): Promise<RecordedTrace> {
  const trace = new RecordedTrace();
  const list: string[] = [];
  for (let step = 0; step < count; step += 1) {
    list.push(`element ${step}`.padEnd(300));
    await trace.save({ list });
  }
  return trace;
}

async function change(
  trace: RecordedTrace,
  id: string,
  changed: Partial<CheckpointRecord>,
  isSealed = false,
): Promise<void> {
  await trace.backend.write(async (tx) => {
    const record = { ...(await findStored(tx, id))!.record, ...changed };
    tx.put("checkpoints", isSealed ? seal(record) : record);
  });
}

const load = async (trace: RecordedTrace, id: string) =>
  decodeCheckpoint((await trace.backend.read((tx) => findStored(tx, id)))!, CODECS);

test("what is not there is not found", async () => {
  const { backend } = await filled();
  expect(await backend.read((tx) => findStored(tx, "none"))).toBeUndefined();
  expect(await backend.read((tx) => findLatest(tx, "none"))).toBeUndefined();
});

describe("a checkpoint that can't be read says so, with its id and trace", () => {
  const about = { checkpointId: "t-3", traceId: "t" };

  test("a damaged record", async () => {
    const trace = await filled();
    await change(trace, "t-3", { createdAt: 77 });
    await expect(load(trace, "t-3")).rejects.toMatchObject({ code: "corrupted", ...about });
    expect((await load(trace, "t-4")).id).toBe("t-4");
  });

  test("a record of a codec that is not known", async () => {
    const trace = await filled();
    await change(trace, "t-3", { codec: "other" }, true);
    await expect(load(trace, "t-3")).rejects.toMatchObject({ code: "codec-mismatch", actual: "other", ...about });
  });

  test("a missing block", async () => {
    const trace = await filled();
    await trace.backend.write(async (tx) => tx.delete("pieces", { lower: ["t", 1], upper: ["t", 2] }));
    await expect(load(trace, "t-3")).rejects.toMatchObject({ code: "corrupted", ...about });
  });
});

describe("what a save builds on", () => {
  const baseOf = async (trace: RecordedTrace, codecs = CODECS) => {
    const stored = await trace.backend.read((tx) => readBase(tx, "t"));
    return decodeBase(stored, codecs);
  };

  test("is the latest state, and where the trace stands", async () => {
    const trace = await filled();
    const base = await baseOf(trace);
    expect(base.trace).toMatchObject({ seq: 5, latest: { id: "t-5" } });
    expect(base.snapshot).toBeDefined();
    expect(base.layout.blocks.needs()).toEqual((await trace.records()).checkpoints.at(-1)!.needs);
  });

  test("is nothing of a trace that is not there", async () => {
    const base = await baseOf(new RecordedTrace());
    expect(base).toMatchObject({ trace: undefined, snapshot: undefined, cursor: undefined });
  });

  test("shares nothing with a state that is damaged, or of another codec, and still goes on after it", async () => {
    const trace = await filled();
    const other = new Codecs([{ ...createSuperjsonCodec(), name: "other" }, createSuperjsonCodec()], { store: "s" });
    expect(await baseOf(trace, other)).toMatchObject({ snapshot: undefined, cursor: { seq: 5 } });
    await change(trace, "t-5", { createdAt: 77 });
    expect(await baseOf(trace)).toMatchObject({ snapshot: undefined, cursor: { seq: 5 } });
    trace.base = undefined;
    await trace.save({ list: ["on"] });
    expect((await load(trace, "t-6")).state).toEqual({ list: ["on"] });
  });
});

describe("the history", () => {
  const historyOf = async (trace: RecordedTrace, options: Parameters<typeof readHistory>[2] | object = {}) => {
    const ids: string[] = [];
    for await (const { id } of readHistory((work) => trace.backend.read(work), "t", { ...options, codecs: CODECS }))
      ids.push(id);
    return ids;
  };

  test("is all heads, newest first, over several pages", async () => {
    const trace = await filled(150);
    expect(await historyOf(trace)).toEqual([...trace.states.keys()].reverse());
  });

  test("is as many as are asked for, from one on", async () => {
    const trace = await filled(10);
    expect(await historyOf(trace, { limit: 3, before: "t-8" })).toEqual(["t-7", "t-6", "t-5"]);
    expect(await historyOf(trace, { limit: 0 })).toEqual([]);
    await expect(historyOf(trace, { before: "none" })).rejects.toMatchObject({ code: "not-found", traceId: "t" });
  });

  test("goes on where it was while checkpoints come and go", async () => {
    const trace = await filled(100);
    const ids: string[] = [];
    for await (const { id } of readHistory((work) => trace.backend.read(work), "t", { codecs: CODECS })) {
      ids.push(id);
      if (ids.length === 64) {
        await trace.remove(0, 9);
        await trace.save({});
      }
    }
    expect(ids).toEqual(Array.from({ length: 90 }, (_, i) => `t-${100 - i}`));
  });

  test("ends where it is told to", async () => {
    const trace = await filled(3);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(historyOf(trace, { signal })).rejects.toThrow("enough");
  });
});
