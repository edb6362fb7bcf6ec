/** Something to put to a kit's cases: what it provides, and how to open one under a name and to remove it. */
export interface CaseSubject<Opened, Feature extends string, Options = never> {
  readonly provides?: readonly Feature[];
  open(name: string, options?: Options): Promise<Opened>;
  destroy?(name: string): Promise<void>;
}

/** A promise, and how to see whether it is kept. */
export interface Case<Context, Feature extends string> {
  /** A topic and a sentence, unique in its kit: `order: list is newest first`. */
  readonly name: string;
  /** Features without which the case can't be run. */
  readonly needs?: readonly Feature[];
  /** Rejects where the promise is broken. */
  run(context: Context): Promise<void>;
}

/** What a case opens its subject with. */
export interface CaseOpening<Opened, Options = never> {
  /** Opens the case's own: the same one each time, however often it is called. */
  open(options?: Options): Promise<Opened>;
  /** Opens another one, which is empty. */
  openAnother(): Promise<Opened>;
}

/**
 * Tells whether a subject provides all that a case needs. For stores and for backends.
 *
 * @param subject - What is to be tested.
 * @param one - One of `conformanceCases` for a store, one of `backendCases` for a backend.
 * @returns `true` if the case can be run on the subject.
 */
export function fitsSubject<Feature extends string>(
  subject: { readonly provides?: readonly Feature[] },
  one: { readonly needs?: readonly Feature[] },
): boolean {
  return (one.needs ?? []).every((feature) => subject.provides?.includes(feature));
}

/** Runs `run` with names that nobody else has, then closes all that it opened and destroys it. */
export async function runOnItsOwn<Opened extends { close?(): Promise<void> }, Options>(
  subject: CaseSubject<Opened, string, Options>,
  run: (opening: CaseOpening<Opened, Options>) => Promise<void>,
): Promise<void> {
  const name = `conformance-${crypto.randomUUID()}`;
  const names = [name];
  const opened: Opened[] = [];
  const open = async (name: string, options?: Options): Promise<Opened> => {
    const one = await subject.open(name, options);
    opened.push(one);
    return one;
  };
  const cleanUp = async (): Promise<void> => {
    for (const one of opened) await one.close?.();
    for (const name of names) await subject.destroy?.(name);
  };
  try {
    await run({
      open: (options) => open(name, options),
      openAnother() {
        const another = `${name}-${names.length}`;
        names.push(another);
        return open(another);
      },
    });
  } catch (failure) {
    await cleanUp().catch(() => undefined);
    throw failure;
  }
  await cleanUp();
}
