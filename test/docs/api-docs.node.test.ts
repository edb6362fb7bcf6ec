import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseDoc, type Doc } from "./doc-comment.ts";
import { publicApi, type ApiItem } from "./public-api.ts";

const items = publicApi();
const documented = items.flatMap((item) => (item.doc === undefined ? [] : [{ item, doc: parseDoc(item.doc) }]));

/** Returns where a documented item is not as it should be. */
function wrong(find: (doc: Doc, item: ApiItem) => string | undefined | false): string[] {
  return documented.flatMap(({ item, doc }) => {
    const what = find(doc, item);
    return what ? [`${item.place} ${item.name}: ${what}`] : [];
  });
}

const codes = [...readFileSync("src/core/errors.ts", "utf8").matchAll(/^ {2}\| "([a-z-]+)"/gm)].map(([, code]) => code);
const THROWS = new RegExp(
  `^(CheckpointStoreError \`(${codes.join("|")})\`: .|(TypeError|RangeError|TypeError or RangeError) (if|for) .|The signal's reason, |Anything, )`,
);

describe("the docs of the public API", () => {
  test("cover what each entry point exports, and its members", () => {
    const names = items.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["openStore", "Store.watch", "KeyRing.find", "exportTraces"]));
    expect(items.length).toBeGreaterThan(100);
    expect(items.filter(({ doc }) => doc === undefined).map(({ place, name }) => `${place} ${name}`)).toEqual([]);
  });

  test("are TSDoc", () => {
    expect(wrong(({ faults }) => faults.join("; "))).toEqual([]);
  });

  test("begin with a sentence", () => {
    expect(wrong(({ summary }) => !/^[A-Z`][^]*[.:]$/.test(summary) && JSON.stringify(summary))).toEqual([]);
  });

  test("name each parameter in its order; options may be left to their type", () => {
    const differ = wrong(({ parameters: named }, { parameters }) => {
      const expected = parameters.filter(({ name, isOptions }) => !isOptions || named.includes(name));
      const names = expected.map(({ name }) => name).join();
      return named.join() !== names && `@param ${named.join()} for ${names}`;
    });
    expect(differ).toEqual([]);
    expect(documented.flatMap(({ doc }) => doc.parameters).length).toBeGreaterThan(40);
  });

  test("say what is returned, where something is", () => {
    expect(wrong(({ returns }, { returnsSomething }) => returnsSomething && !returns && "no @returns")).toEqual([]);
  });

  test("say in one form what is thrown, by codes that exist", () => {
    expect(codes.length).toBeGreaterThan(5);
    expect(wrong(({ throws }) => throws.find((text) => !THROWS.test(text)))).toEqual([]);
    expect(documented.flatMap(({ doc }) => doc.throws).length).toBeGreaterThan(20);
  });

  test("name the default of every option", () => {
    const options = ({ name }: ApiItem) => /^\w*(Options|Retention|Codec)\./.test(name);
    const silent = ({ summary }: Doc, item: ApiItem) =>
      options(item) && item.isOptional && !/\bDefault\s+is\s/.test(summary) && "no default";
    expect(items.filter((item) => options(item) && item.isOptional).length).toBeGreaterThan(20);
    expect(wrong(silent)).toEqual([]);
  });

  test("return values, they do not answer", () => {
    expect(wrong((_, { doc }) => /\banswer(s|ed)?\b/i.exec(doc!)?.[0])).toEqual([]);
  });

  test("show by an example what one meets first", () => {
    const shown = documented.filter(({ doc }) => doc.examples.length > 0).map(({ item }) => item.name);
    expect(shown).toEqual(expect.arrayContaining(SHOWN));
  });
});

const SHOWN = [
  "conformanceSuite",
  "runConformanceCase",
  "backendSuite",
  "runBackendCase",
  "difference",
  "openStore",
  "deleteStore",
  "createCheckpoint",
  "isCheckpointStoreError",
  "keepLast",
  "maxAge",
  "maxBytes",
  "Store.trace",
  "Store.traces",
  "Store.history",
  "Store.fork",
  "Store.watch",
  "Trace.save",
  "Trace.loadLatest",
  "Trace.takeOver",
  "createMemoryStore",
  "createStore",
  "openPostgresStore",
  "exportTraces",
  "importTraces",
  "createEncryptedCodec",
  "createKeyRing",
  "openManagedKeys",
  "openPassphraseKeys",
  "createSuperjsonCodec",
  "createStructuredCloneCodec",
  "WaystoneSaver",
  "interruptWith",
  "WaystoneSession",
  "recordRun",
  "createThreadHistory",
  "createThreadListAdapter",
];
