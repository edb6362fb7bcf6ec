/**
 * Returns a function that runs `work` one at a time. Calls that are made while it runs lead to one more run afterwards,
 * however many they are; each resolves when a run that began after it has ended.
 */
export function singleFlight(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  const start = (): Promise<void> => {
    following = undefined;
    const run = work().finally(() => {
      if (current === run) current = undefined;
    });
    return (current = run);
  };
  return () => {
    if (current === undefined) return start();
    return (following ??= current.then(start, start));
  };
}
