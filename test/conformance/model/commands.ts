import fc from "fast-check";
import { createCheckpoint } from "../../../src/core/checkpoint.ts";
import type { CheckpointOptions, StoredHead } from "../../../src/core/checkpoint.ts";
import type { Model, Real } from "./run.ts";
import type { Store } from "../../../src/core/store.ts";
import { assert, assertRefused } from "../../../src/testing/assertions.ts";
import { show } from "../../../src/testing/equality.ts";
import { copyOf } from "../known-bad/copy.ts";
import { anyEdit, applyEdits, asLive } from "./edits.ts";
import { both, compareAll, inOrder, sorted, TRACES } from "./run.ts";
import { anyMetadata, anyValue } from "./values.ts";

type Command = fc.AsyncCommand<Model, Real>;

/** How many commands were run, all told. */
export const tally = { commands: 0 };

function command<A>(
  name: string,
  args: fc.Arbitrary<A>,
  run: (args: A, model: Model, real: Real) => Promise<unknown>,
): fc.Arbitrary<Command> {
  return args.map((given) => ({
    check: () => true,
    async run(model, real) {
      tally.commands += 1;
      await run(given, model, real);
    },
    toString: () => `${name}(${fc.stringify(given)})`,
  }));
}

const traceId = fc.constantFrom(...TRACES);
const at = fc.nat(1_000);
const edits = fc.array(anyEdit, { maxLength: 4 });
const head: fc.Arbitrary<CheckpointOptions> = fc.record(
  {
    createdAt: fc.integer({ min: -1_000, max: 1_000 }),
    nextNode: fc.constantFrom("plan", "act"),
    graphHash: fc.constantFrom("g1", "g2"),
    metadata: anyMetadata,
  },
  { requiredKeys: ["createdAt"] },
);

const save = command("save", fc.record({ traceId, edits, head, at }), async (given, model, real) => {
  applyEdits(model.state(given.traceId), given.edits);
  const checkpoint = createCheckpoint(model.state(given.traceId), { id: model.nextId(), ...copyOf(given.head) });
  await both({ model, real, at: given.at }, (store) => store.saveWithTrace(given.traceId, checkpoint));
});

const steps = fc.array(fc.record({ traceId, edits }), { maxLength: 5 });
const burst = command("burst", steps, async (given, model, real) => {
  const pending = given.map(({ traceId: trace, edits: changes }) => {
    applyEdits(model.state(trace), changes);
    const checkpoint = createCheckpoint(model.state(trace), { id: model.nextId(), createdAt: 1 });
    return both({ model, real }, (store) => store.saveWithTrace(trace, checkpoint));
  });
  await Promise.all(pending);
});

const anything = fc.record({ traceId, value: anyValue, at });
const saveAnything = command("saveAnything", anything, async (given, model, real) => {
  const checkpoint = createCheckpoint(copyOf(given.value), { id: model.nextId(), createdAt: 1 });
  await both({ model, real, at: given.at }, (store) => store.saveWithTrace(given.traceId, checkpoint));
});

const refuse = command("refuse", fc.record({ traceId, edits, at }), async (given, model, real) => {
  const state = model.state(given.traceId);
  applyEdits(state, given.edits);
  const checkpoint = createCheckpoint({ ...state, run: () => 1 }, { id: model.nextId(), createdAt: 1 });
  const answer = await both({ model, real, at: given.at }, (store) => store.saveWithTrace(given.traceId, checkpoint));
  assert(answer === "refused as serialization", `a state with a function was ${show(answer)}`);
});

const saveAgain = command("saveAgain", fc.record({ traceId, which: at, at, edits }), async (given, model, real) => {
  const known = await model.store.load(model.someId(given.which));
  if (known === undefined) return;
  if (given.edits.length > 3) applyEdits(asLive(known.state), given.edits);
  await both({ model, real, at: given.at }, (store) => store.saveWithTrace(given.traceId, known));
});

const goBack = command("goBack", fc.record({ traceId, which: at, at }), async (given, model, real) => {
  const loaded = await real.via(given.at).load(model.someId(given.which));
  if (loaded !== undefined) model.live.set(given.traceId, asLive(loaded.state));
});

const graphHash = fc.constantFrom(undefined, "g1");
const load = command("load", fc.record({ which: at, at, graphHash }), async (given, model, real) => {
  const id = model.someId(given.which);
  const options = given.graphHash === undefined ? {} : { graphHash: given.graphHash };
  await both({ model, real, at: given.at }, async (store) => {
    const loaded = await store.load(id, options);
    return loaded && inOrder(loaded);
  });
});

const loadLatest = command("loadLatest", fc.record({ traceId, at }), async (given, model, real) => {
  await both({ model, real, at: given.at }, async (store) => {
    const loaded = await store.loadLatest(given.traceId);
    return loaded && inOrder(loaded);
  });
});

const read = command("read", fc.record({ traceId, at }), async (given, model, real) => {
  await both({ model, real, at: given.at }, async (store) => ({
    ids: await store.list(given.traceId),
    heads: await headsOf(store, given.traceId),
    // In no order: which of two traces that were saved to at once came last is nobody's to say.
    traces: new Map((await store.traces()).map(({ traceId: id, checkpoints }) => [id, checkpoints] as const).sort()),
  }));
});

const remove = command("delete", fc.record({ which: at, at }), async (given, model, real) => {
  await both({ model, real, at: given.at }, (store) => store.delete(model.someId(given.which)));
});

const prune = command("prune", fc.record({ traceId, keep: fc.nat(8), at }), async (given, model, real) => {
  await both({ model, real, at: given.at }, (store) => store.prune(given.traceId, given.keep));
});

const deleteTrace = command("deleteTrace", fc.record({ traceId, at }), async (given, model, real) => {
  await both({ model, real, at: given.at }, (store) => store.deleteTrace(given.traceId));
});

/** The id of a copy is the store's own choice, so the model is told of it. */
const fork = command("fork", fc.record({ traceId, which: at, at }), async (given, model, real) => {
  const id = model.someId(given.which);
  const origin = await model.store.load(id);
  const taken = (await model.store.list(given.traceId)).length > 0;
  const call = () => real.via(given.at).fork(id, given.traceId);
  if (origin === undefined) return assertRefused(call, "not-found", "a fork of what is not there");
  if (taken) return assertRefused(call, "conflict", "a fork into a trace that is there");
  const copy = await call();
  const { createdAt } = copy;
  await model.store.saveWithTrace(given.traceId, { ...origin, id: copy.id, parentId: id, createdAt });
  model.ids.push(copy.id);
});

const reopen = command("reopen", fc.constant(null), async (_, model, real) => {
  if (!real.canReopen) return;
  await real.close();
  await real.open();
  await compareAll(model, real);
});

/** What can be done with a store, the likelier the more it is done. */
export const anyCommand: fc.Arbitrary<Command>[] = [
  ...Array.from({ length: 7 }, () => save),
  burst,
  saveAnything,
  refuse,
  saveAgain,
  goBack,
  load,
  loadLatest,
  read,
  remove,
  remove,
  prune,
  deleteTrace,
  fork,
  reopen,
];

async function headsOf(store: Store, trace: string): Promise<object[]> {
  const heads: StoredHead[] = [];
  for await (const one of store.history(trace, { limit: 12 })) heads.push(one);
  for (const [index, { seq, timestamp }] of heads.entries()) {
    const older = heads[index + 1];
    if (older === undefined) continue;
    assert(seq > older.seq, `seq ${seq} should be more than ${older.seq}`);
    assert(timestamp > older.timestamp, `timestamp ${timestamp} should be more than ${older.timestamp}`);
  }
  return heads.map(({ seq: _, timestamp: __, bytes: ___, stateBytes: ____, ...given }) => sorted(given));
}
