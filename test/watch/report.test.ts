import { expect, test } from "vitest";
import { isReport } from "../../src/watch/report.ts";

const head = { id: "c", traceId: "t", seq: 1, timestamp: 5, createdAt: 5, bytes: 10, stateBytes: 20 };

const SOUND = {
  saved: { kind: "saved", traceId: "t", version: 1, head },
  "of a trace without a name": { kind: "saved", traceId: "", version: 1, head: { ...head, traceId: "" } },
  deleted: { kind: "deleted", traceId: "t", version: 2, ids: ["c"] },
  pruned: { kind: "pruned", traceId: "t", version: 2 ** 40, ids: [] },
  "trace-deleted": { kind: "trace-deleted", traceId: "t", version: 3 },
  "with more than is known": { kind: "trace-deleted", traceId: "t", version: 3, later: true },
};

test.each(Object.entries(SOUND))("a sound report: %s", (_, message) => {
  expect(isReport(message)).toBe(true);
});

const { saved, deleted } = SOUND;
const MALFORMED: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  "a text": "saved",
  "a list": [saved],
  "no version": { kind: "saved", traceId: "t" },
  "no trace": { ...saved, traceId: undefined },
  "a trace that is no text": { ...saved, traceId: 1 },
  "a version that is no number": { ...deleted, version: Number.NaN },
  "a version below all": { ...deleted, version: 0 },
  "a version with a fraction": { ...deleted, version: 1.5 },
  "a version as text": { ...deleted, version: "2" },
  "an unknown kind": { ...deleted, kind: "renamed" },
  "the kind of an object's own method": { ...deleted, kind: "toString" },
  "no kind": { ...deleted, kind: undefined },
  "a save without a head": { ...saved, head: undefined },
  "a save with an empty head": { ...saved, head: {} },
  "a save whose head is of another trace": { ...saved, head: { ...head, traceId: "u" } },
  "a save whose head has no id": { ...saved, head: { ...head, id: 1 } },
  "a save whose head has no place": { ...saved, head: { ...head, seq: undefined } },
  "a save whose head has no time": { ...saved, head: { ...head, timestamp: Infinity } },
  "a save whose head was never made": { ...saved, head: { ...head, createdAt: "now" } },
  "a deletion of nobody knows what": { ...deleted, ids: undefined },
  "a deletion of one": { ...deleted, ids: "c" },
  "a deletion of numbers": { ...deleted, ids: [1] },
};

test.each(Object.entries(MALFORMED))("no report: %s", (_, message) => {
  expect(isReport(message)).toBe(false);
});
