import { createCheckpoint } from "../../core/checkpoint.ts";
import { isCheckpointStoreError } from "../../core/errors.ts";
import type { Store } from "../../core/store.ts";
import { assertBeginningOf, assertSameTrace, bytesOf, streamOf } from "../archiving.ts";
import { assert, assertEqual, assertRefused, rejectionOf } from "../assertions.ts";
import type { ConformanceCase } from "../conformance.ts";
import { show } from "../equality.ts";
import { noise, numbers } from "../steps.ts";

const NEWLINE = 10;

/** Two traces that share nothing; the first is stored in several goes. */
async function saveTwo(store: Store, { bigBytes }: { bigBytes: number }): Promise<void> {
  const state = { log: [] as string[], at: new Map<string, Date>() };
  for (let step = 0; step < 12; step++) {
    state.log.push(noise(step, bigBytes));
    state.at.set(`${step}`, new Date(step));
    await store.saveWithTrace("a", createCheckpoint(state, { metadata: { at: new Date(step) } }));
    if (state.log.length > 3) state.log.shift();
    if (step < 4) await store.saveWithTrace("b", createCheckpoint({ step, list: state.log.slice(0, 1) }));
  }
  await store.delete((await store.list("a"))[5]!);
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === NEWLINE) line += 1;
  return line;
}

/** What goes wrong on the way does no harm, and is told. */
export const archiveFailureCases: readonly ConformanceCase[] = [
  {
    name: "archive: a stream that fails, wherever it does, leaves whole checkpoints, and a second import completes them",
    needs: ["archive", "history", "usage"],
    async run({ open, openAnother, archive }) {
      const store = await open();
      await saveTwo(store, { bigBytes: 150_000 });
      const bytes = await bytesOf(archive.exportTraces(store));
      const counts = new Set<number>();
      for (const part of [0.001, 0.8, 0.999]) {
        const copy = await openAnother();
        const failAt = Math.floor(bytes.length * part);
        const error = await rejectionOf(
          () => archive.importTraces(copy, streamOf(bytes, { failAt, chunkBytes: 60_000 })),
          "the import of a stream that fails",
        );
        assert(
          error instanceof Error && error.message === "the source failed",
          `the source's error should come through, not ${show(error)}`,
        );
        let there = 0;
        for (const traceId of ["a", "b"]) there += await assertBeginningOf(copy, store, traceId);
        counts.add(there);
        const { present, checkpoints } = await archive.importTraces(copy, streamOf(bytes, { chunkBytes: 60_000 }));
        assert(present === there, `${there} checkpoints were there, not ${present}`);
        assert(checkpoints + present === 15, `${checkpoints + present} of 15 checkpoints were imported`);
        for (const traceId of ["a", "b"]) await assertSameTrace(copy, store, traceId);
        for (const traceId of ["a", "b"]) await copy.prune(traceId, 0);
        assert((await copy.usage()).storedBytes === 0, "something is left of nothing");
      }
      assert(counts.size > 2, `an import that fails later should have stored more: ${[...counts].join()}`);
    },
  },
  {
    name: "archive: one that was cut short is told from a whole one, at whatever byte",
    needs: ["archive"],
    async run({ open, openAnother, archive }) {
      const store = await open();
      await saveTwo(store, { bigBytes: 300 });
      const bytes = await bytesOf(archive.exportTraces(store));
      const draw = numbers(1);
      // Without its last newline an archive lacks nothing.
      const ends = [
        0,
        1,
        bytes.length - 2,
        bytes.lastIndexOf(NEWLINE, -2),
        bytes.lastIndexOf(NEWLINE, -2) + 1,
        bytes.indexOf(NEWLINE) + 1,
      ];
      for (let n = 0; n < 10; n++) ends.push(draw(bytes.length - 2));
      for (const end of ends) {
        const copy = await openAnother();
        const error = await assertRefused(
          () => archive.importTraces(copy, streamOf(bytes.slice(0, end))),
          "corrupted",
          `an archive cut at ${end}`,
        );
        // A line that lacks its newline alone is whole: the next one is missing.
        const line = lineAt(bytes, bytes[end] === NEWLINE ? end + 1 : end);
        await assertEqual(error.path, `line ${line}`, `the path of an archive cut at ${end}`);
        for (const traceId of ["a", "b"]) await assertBeginningOf(copy, store, traceId);
        await copy.close();
      }
      await archive.importTraces(await openAnother(), streamOf(bytes.slice(0, -1)));
    },
  },
  {
    name: "archive: a byte that changed is found, and the line is named",
    needs: ["archive"],
    async run({ open, openAnother, archive }) {
      const store = await open();
      await saveTwo(store, { bigBytes: 300 });
      const bytes = await bytesOf(archive.exportTraces(store));
      const draw = numbers(2);
      const first = bytes.indexOf(NEWLINE);
      const offsets = [...Array.from({ length: first + 1 }, (_, n) => n), first + 1, bytes.length - 2];
      for (let n = 0; n < 15; n++) offsets.push(draw(bytes.length - 1));
      const copy = await openAnother();
      for (const offset of offsets) {
        const damaged = bytes.slice();
        damaged[offset]! ^= 1 << draw(8);
        const error = await rejectionOf(
          () => archive.importTraces(copy, streamOf(damaged)),
          `an archive damaged at ${offset}`,
        );
        assert(
          isCheckpointStoreError(error, "corrupted"),
          `an archive damaged at ${offset} should be corrupted, not ${show(error)}`,
        );
        const line = lineAt(bytes, offset);
        assert(error.path === `line ${line}`, `damage at ${offset} is in line ${line}, not in ${error.path}`);
        assert(error.message.includes(`line ${line}`), `the message should name line ${line}: ${error.message}`);
      }
      for (const traceId of ["a", "b"]) await assertBeginningOf(copy, store, traceId);
    },
  },
  {
    name: "archive: a line that is missing, doubled or moved is found",
    needs: ["archive"],
    async run({ open, openAnother, archive }) {
      const store = await open();
      await saveTwo(store, { bigBytes: 300 });
      const lines = new TextDecoder()
        .decode(await bytesOf(archive.exportTraces(store)))
        .trimEnd()
        .split("\n");
      const copy = await openAnother();
      const refuse = async (changed: readonly string[], at: number, what: string) => {
        const bytes = new TextEncoder().encode(`${changed.join("\n")}\n`);
        const error = await assertRefused(() => archive.importTraces(copy, streamOf(bytes)), "corrupted", what);
        await assertEqual(error.path, `line ${at + 1}`, what);
      };
      for (const [n, line] of lines.entries()) {
        await refuse([...lines.slice(0, n), ...lines.slice(n + 1)], n, `without line ${n + 1}`);
        await refuse([...lines.slice(0, n), line, ...lines.slice(n)], n + 1, `with line ${n + 1} twice`);
        if (n > 0)
          await refuse(
            [...lines.slice(0, n - 1), line, lines[n - 1]!, ...lines.slice(n + 1)],
            n - 1,
            `with line ${n + 1} before the one above`,
          );
      }
    },
  },
  {
    name: "archive: what is none is refused by its first line",
    needs: ["archive"],
    async run({ openAnother, archive }) {
      const copy = await openAnother();
      for (const text of [
        "",
        "\n",
        "{}\n",
        "not an archive",
        '{"kind":"archive"}\n',
        "null",
        noise(1, 100_000),
        "[".repeat(100_000),
      ]) {
        const stream = () => streamOf(new TextEncoder().encode(text));
        const error = await assertRefused(() => archive.importTraces(copy, stream()), "corrupted", show(text));
        await assertEqual(error.path, "line 1", show(text));
      }
    },
  },
];
