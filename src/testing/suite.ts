import { fitsSubject, type Case } from "./run-case.ts";

/** A case that is to be run on a subject, as test runners want it. */
export interface FittingTest {
  readonly name: string;
  run(): Promise<void>;
}

/** The tests of a subject: a kit's cases that it provides for. */
export function fittingTests<
  Feature extends string,
  Subject extends { readonly provides?: readonly Feature[] },
  One extends Case<never, Feature>,
>(
  subject: Subject,
  cases: readonly One[],
  runCase: (subject: Subject, one: One) => Promise<void>,
): readonly FittingTest[] {
  return cases
    .filter((one) => fitsSubject(subject, one))
    .map((one) => ({ name: one.name, run: () => runCase(subject, one) }));
}
