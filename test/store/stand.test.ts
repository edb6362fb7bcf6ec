import { expect, test } from "vitest";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import { Codecs } from "../../src/pieces/codecs.ts";
import { Stand } from "../../src/store/stand.ts";
import { TraceQueue } from "../../src/store/trace-queue.ts";

test("a chain of calls is as long as what is not known yet", async () => {
  let stand: Stand | undefined;
  for (let step = 0; step < 1_000; step += 1) {
    stand = new Stand(stand, `${step}`);
    if (step % 2 === 0) stand.fail();
    else stand.arrive({ id: `${step}` });
  }
  expect(stand?.before).toBeUndefined();
  for (let step = 0; step < 1_000; step += 1) {
    stand = new Stand(stand);
    await stand.load(Promise.resolve(undefined));
  }
  expect(stand?.before?.before).toBeUndefined();
  expect(new Stand(stand, "new").parentId).toBe("999");
});

test("a save that waits for several loads waits for all of them", async () => {
  type Loaded = { checkpoint: { id: string }; upgradedTo: undefined } | undefined;
  const loaded: ((found: Loaded) => void)[] = [];
  const loading = () => new Promise<Loaded>((resolve) => loaded.push(resolve));
  const first = new Stand(undefined);
  void first.load(loading());
  const second = new Stand(first);
  void second.load(loading());
  const save = new Stand(second, "save");
  let isReady = false;
  const ready = save.ready().then(() => (isReady = true));
  loaded[1]!(undefined);
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(isReady).toBe(false);
  loaded[0]!({ checkpoint: { id: "first" }, upgradedTo: undefined });
  await ready;
  expect(save.parentId).toBe("first");
});

test("a save that is refused is nobody's parent from that very moment on", () => {
  const codecs = new Codecs([createSuperjsonCodec()], { store: "" });
  const queue = new TraceQueue("a", { codecs, schedule: () => undefined });
  let stand: Stand | undefined;
  for (const id of ["1", "2"]) {
    stand = new Stand(stand, id);
    const growth = { stand, left: new Set(["parentId", "createdAt"] as const) };
    queue
      .save({ id, createdAt: 1 }, { state: id, rules: { retention: {}, owner: undefined }, growth })
      .catch(() => undefined);
  }
  const [first, second] = queue.takeSaves(2);
  queue.place(second!);
  expect(second!.head.parentId).toBe("1");
  first!.reject(new Error("no"));
  queue.place(second!);
  expect(second!.head).toEqual({ id: "2", createdAt: 1 });
});
