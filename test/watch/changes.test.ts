import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Channel } from "../../src/core/channel.ts";
import type { Change } from "../../src/core/trace.ts";
import { Changes } from "../../src/watch/changes.ts";

/** A channel whose other end is the test. */
class TestChannel implements Channel {
  readonly posted: unknown[] = [];
  isClosed = false;
  receive: (message: unknown) => void = () => undefined;
  /** Has another store report something. */
  tell(...reports: unknown[]): void {
    this.receive(reports);
  }

  post(message: unknown): void {
    this.posted.push(message);
  }
  listen(receive: (message: unknown) => void): void {
    this.receive = receive;
  }
  close(): void {
    this.isClosed = true;
  }
}

let channel: TestChannel;
let changes: Changes;
let heard: string[];
const hear = ({ traceId, version, origin }: Change) => void heard.push(`${origin} ${traceId}${version}`);
const deleted = (traceId: string, version: number) => ({ kind: "deleted" as const, traceId, version, ids: ["c"] });

beforeEach(() => {
  vi.useFakeTimers();
  channel = new TestChannel();
  changes = new Changes(channel);
  heard = [];
});

afterEach(() => {
  changes.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a listener hears what is done here at once, and what others did as theirs", () => {
  changes.watch(hear);
  changes.report(deleted("t", 1));
  expect(heard).toEqual(["local t1"]);
  channel.tell(deleted("t", 2));
  expect(heard).toEqual(["local t1", "remote t2"]);
});

test("others are told in a moment, in order, whether or not anybody listens here", () => {
  changes.report(deleted("t", 1));
  changes.report(deleted("t", 2));
  expect(channel.posted).toEqual([]);
  vi.runAllTimers();
  expect(channel.posted).toEqual([[deleted("t", 1), deleted("t", 2)]]);
});

test("a message that is no report is dropped, and what comes after it is heard", () => {
  changes.watch(hear);
  channel.receive({ kind: "saved", traceId: "t" });
  channel.receive(undefined);
  channel.tell({ kind: "deleted", traceId: "t", version: Number.NaN, ids: [] }, { kind: "saved", traceId: "t" });
  changes.report(deleted("t", 1));
  channel.tell(deleted("t", 2));
  expect(heard).toEqual(["local t1", "remote t2"]);
});

test("where a change came from is not for the message to say", () => {
  changes.watch(hear);
  channel.tell({ ...deleted("t", 1), origin: "local" });
  expect(heard).toEqual(["remote t1"]);
});

test("a listener of one trace hears of no other", () => {
  changes.watch(hear, { traceId: "t" });
  changes.report(deleted("u", 1));
  changes.report(deleted("t", 1));
  expect(heard).toEqual(["local t1"]);
});

test("a listener that ended hears no more: by its function, by its signal, or before it began", () => {
  const controller = new AbortController();
  const end = changes.watch(hear);
  changes.watch(hear, { signal: controller.signal });
  changes.watch(hear, { signal: AbortSignal.abort() });
  changes.report(deleted("t", 1));
  expect(heard).toHaveLength(2);
  end();
  controller.abort();
  changes.report(deleted("t", 2));
  expect(heard).toHaveLength(2);
});

test("a listener that throws keeps no other from hearing, and its error is reported", () => {
  const report = vi.fn<(error: unknown) => void>();
  vi.stubGlobal("reportError", report);
  const error = new Error("no");
  changes.watch(() => {
    throw error;
  });
  changes.watch(hear);
  changes.report(deleted("t", 1));
  expect(heard).toEqual(["local t1"]);
  expect(report).toHaveBeenCalledWith(error);
  vi.unstubAllGlobals();
});

test("a listener may end another, or add one, while a change is told", () => {
  let end = (): void => undefined;
  changes.watch(() => {
    end();
    changes.watch(hear, { traceId: "u" });
  });
  end = changes.watch(hear);
  changes.report(deleted("t", 1));
  changes.report(deleted("u", 1));
  expect(heard).toEqual(["local u1"]);
});

test("who listens again hears from there on, whatever was missed", () => {
  const end = changes.watch(hear);
  changes.report(deleted("t", 1));
  end();
  changes.report(deleted("t", 2));
  changes.watch(hear);
  channel.tell(deleted("t", 9));
  expect(heard).toEqual(["local t1", "remote t9"]);
});

test("closing sends what was not sent, closes the channel, and tells nobody any more", () => {
  changes.watch(hear);
  changes.report(deleted("t", 1));
  changes.close();
  expect(channel.posted).toEqual([[deleted("t", 1)]]);
  expect(channel.isClosed).toBe(true);
  changes.report(deleted("t", 2));
  expect(heard).toEqual(["local t1"]);
});

test("a listener that is no function is a TypeError", () => {
  expect(() => changes.watch("listen" as never)).toThrow(TypeError);
});
