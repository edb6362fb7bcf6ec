import { describe, expect, test } from "vitest";
import { isCheckpointStoreError } from "../../src/core/errors.ts";
import { backendCases, ConformanceFailure, fitsSubject, runBackendCase } from "../../src/testing/index.ts";
import { backendSuite } from "../../src/testing/vitest.ts";
import * as isolation from "./known-bad/bad-isolation.ts";
import * as lifetime from "./known-bad/bad-lifetime.ts";
import * as queries from "./known-bad/bad-queries.ts";
import * as records from "./known-bad/bad-records.ts";
import * as transactions from "./known-bad/bad-transactions.ts";
import { subjectOn, type Breaks } from "./known-bad/broken.ts";

const NUMBERS = "key order: numbers by value, the infinite ones, fractions and the smallest included";
const STRINGS = "key order: strings by UTF-16 code units, NUL, lone surrogates and pairs of them included";
const BEGINNINGS = "ranges: the beginning of a key comes before all that go on from it";
const TAKEN = "unique indexes: a key that another record has is a conflict, and nothing of the write is stored";
const MOMENT = "a read sees one moment, whatever is stored while it runs";
const SEEN = "what a write has stored is seen by whoever reads then";
const NOT_BEFORE = "closing: transactions started after the call are refused as closed, even before it resolves";
const WHEN_CLOSED = "closing: a closed backend refuses transactions as closed, and doesn't run their work";
const REFUSED = "values: what can't be stored is refused as serialization, and nothing of the write is stored";

/** Each bad backend, and the cases that must see through it. */
const KNOWN_BAD: readonly (readonly [breaks: Breaks, ...caughtBy: string[]])[] = [
  [queries.stringsBeforeNumbers, "key order: numbers before strings"],
  [queries.numbersByTheirText, NUMBERS],
  [queries.wholeNumbersOnly, NUMBERS],
  [queries.stringsByCodePoint, STRINGS],
  [queries.stringsByLocale, STRINGS],
  [queries.replacesLoneSurrogates, STRINGS],
  [queries.endsStringsAtNul, STRINGS],
  [queries.lastElementFirst, "key order: element by element, the first that differ decide"],
  [queries.beginningsComeLast, BEGINNINGS],
  [queries.beginningsAreEqual, BEGINNINGS, "ranges: what goes on from a key comes after it"],
  [queries.openEndsIncluded, "ranges: open ends are left out"],
  [queries.endsLeftOut, "ranges: ends are included"],
  [queries.rangesTurnedRound, "ranges: one with its ends in the wrong order holds nothing"],
  [queries.throwsForEmptyRanges, "ranges: one from a key to itself holds nothing with an end open"],
  [queries.limitOfNoneIsAll, "queries: limit is how many records there are at most, and 0 is none"],
  [queries.limitsBeforeOffsets, "queries: offset is left out before limit counts"],
  [queries.limitsBeforeReversing, "queries: limit counts from the highest key where reverse is given"],
  [queries.ignoresReverse, "queries: reverse begins with the highest key"],
  [queries.ignoresOffset, "queries: offset leaves out the first"],
  [queries.tripsOverUndefined, "queries: what is undefined counts as not given"],
  [queries.keysOfTheIndex, "ranges: without ends they hold everything"],
  [
    queries.getsByBeginning,
    "queries: get finds a record by its key and by each index, and nothing by the beginning of one",
  ],
  [transactions.losesTheResult, "transactions: hand on what the work resolves with"],
  [transactions.wrapsErrorsOfTheWork, "transactions: an error of the work comes out as it is"],
  [transactions.keepsHalfOfWhatFails, "writes: where the work rejects, nothing it wrote is stored", TAKEN],
  [transactions.writesNoMoreAfterAFailure, "writes: a write that comes after one that failed is stored"],
  [transactions.readsWhatIsStoredAlone, "writes: a write reads what it has written, by key and by index"],
  [transactions.readsLate, "writes: calls take effect in the order in which they are made, awaited or not"],
  [transactions.putsTogether, "writes: put replaces a record as a whole, and moves it in each index"],
  [transactions.deletesOpenEnds, "writes: delete removes what lies in its range, and nothing else"],
  [transactions.goesOnWhenOver, "transactions: one that is over answers nothing and stores nothing"],
  [transactions.writesWhenOver, "transactions: one that is over answers nothing and stores nothing"],
  [transactions.replacesWhatIsInTheWay, TAKEN],
  [transactions.skipsWhatHasNoRoom, TAKEN, "unique indexes: a conflict can't be passed over by the work"],
  [transactions.callsAConflictStorage, TAKEN],
  [
    transactions.checksIndexesAtTheEnd,
    "unique indexes: each put is checked by itself: that the other record goes later is too late",
  ],
  [
    transactions.keepsIndexKeys,
    "unique indexes: a key is free again once its record was deleted, in the same write too",
  ],
  [transactions.refusesToPutAgain, "unique indexes: a record keeps its own key when it is put again"],
  [isolation.readsEachAnew, `isolation: ${MOMENT}`, `connections: ${MOMENT}`],
  [isolation.readsEachAnewToWrite, "isolation: a write sees one moment, whatever others store while it runs"],
  [
    isolation.showsWritesUnderWay,
    "isolation: nothing of a write is seen before all of it",
    "isolation: nothing of a write that fails is seen",
  ],
  [isolation.losesUpdates, "isolation: of many writes at once that read and count on, none is lost"],
  [
    isolation.looksAtWhatItWritesAlone,
    "isolation: two writes that each read what the other writes don't both go by what was before",
    "isolation: writes that count records before each adds one don't count the same",
  ],
  [isolation.answersBeforeTheCommit, `isolation: ${SEEN}`],
  [isolation.readsItsOwnCopy, `connections: ${SEEN}`],
  [
    isolation.storesWhatEveryRunWrote,
    "another run: what is stored is that of the last run, and nothing of one before",
    "another run: each begins with what was stored before",
  ],
  [isolation.answersWithTheFirstRun, "another run: a call resolves with what the last run did"],
  [isolation.runsTwiceAtOnce, "another run: begins once the one before is done, and not after the call has resolved"],
  [records.copiesLate, "records: put takes its copy at once"],
  [records.sharesWithItsCaller, "records: one that was put can be changed once it is stored"],
  [records.handsOutItsOwn, "records: each that is read is a copy of its own, within a transaction too"],
  [records.handsOutItsKeys, "records: keys that are read are copies too"],
  [records.repairsSurrogates, "values: strings of any code units"],
  [records.cutsAtNul, "values: strings of any code units"],
  [records.losesNaN, "values: numbers, NaN, -0 and infinite ones too"],
  [records.losesTheSignOfZero, "values: numbers, NaN, -0 and infinite ones too"],
  [records.roundsBigInts, "values: bigints"],
  [records.booleansAsNumbers, "values: booleans and null"],
  [records.dropsUndefined, "values: undefined fields, which are not absent", "values: undefined"],
  [records.datesAsText, "values: dates, invalid ones too"],
  [records.expressionsWithoutFlags, "values: regular expressions"],
  [records.sortsMaps, "values: maps and sets, in their order"],
  [records.fillsHoles, "values: arrays, sparse ones too"],
  [records.sortsFields, "values: the order of fields"],
  [records.separatesParts, "values: one object in several places, and one in itself"],
  [records.cutsDeepValues, "values: a hundred levels of nesting"],
  [records.emptyBytesAreNothing, "values: bytes"],
  [records.wholeBuffers, "values: views of a part of a buffer"],
  [records.allViewsAreBytes, "values: buffers and typed arrays"],
  [records.cutsLongText, "values: text of 2 MB"],
  [records.cutsManyBytes, "values: bytes of 2 MB"],
  [records.blobsAsNothing, "values: blobs", "values: a blob comes back whole, or is refused as serialization"],
  [records.dropsFunctions, REFUSED],
  [records.throwsCloneErrors, REFUSED],
  [lifetime.neverCloses, WHEN_CLOSED],
  [lifetime.throwsWhenClosed, WHEN_CLOSED],
  [lifetime.callsItselfUnavailable, WHEN_CLOSED],
  [lifetime.runsWorkWhenClosed, WHEN_CLOSED],
  [lifetime.closesAtOnce, "closing: waits for the transactions that were started before"],
  [lifetime.waitsInItsFirstCallAlone, "closing: a second call waits as the first one does"],
  [lifetime.closesOnce, "closing: can be done again and again"],
  [lifetime.takesCallsWhileItCloses, NOT_BEFORE],
  [lifetime.forgetsWhenClosed, "persistence: all that was stored is there when it is opened again, in all orders"],
  [lifetime.closesForEveryone, "connections: closing one leaves the others open"],
  [lifetime.hasOneDiskForAll, "transactions: two names keep apart"],
  [lifetime.keepsConnectionsApart, `connections: ${SEEN}`],
];

async function outcomeOf(breaks: Breaks | undefined, name: string): Promise<unknown> {
  const one = backendCases.find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`there is no case ${name}`);
  const subject = subjectOn(breaks);
  if (!fitsSubject(subject, one)) throw new Error(`${subject.name} is not put to the case ${name}`);
  return runBackendCase(subject, one).then(
    () => "passed",
    (failure: unknown) => failure,
  );
}

describe("a backend known to be bad is seen through", () => {
  for (const [breaks, ...caughtBy] of KNOWN_BAD) {
    test(breaks.name, async () => {
      for (const name of caughtBy) {
        const outcome = await outcomeOf(breaks, name);
        const isSeenThrough = outcome instanceof ConformanceFailure || isCheckpointStoreError(outcome);
        expect(isSeenThrough, `${name}: ${String(outcome)}`).toBe(true);
      }
    });
  }
});

// What all of them are made of: it keeps every promise.
backendSuite({ ...subjectOn(), name: "a memory that several connections share" });

test("the name of a case is its own", () => {
  const names = backendCases.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(80);
  expect([...new Set(names)]).toEqual(names);
});
