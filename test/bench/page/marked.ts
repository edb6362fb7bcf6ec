/**
 * Does what is measured between two marks, by which a trace of the browser finds it, and in a profile of its own, if
 * somebody asked the browser for profiles.
 */
export async function marked<T>(name: string, work: () => Promise<T>): Promise<T> {
  console.profile(name);
  performance.mark(`${name}:start`);
  const result = await work();
  performance.mark(`${name}:end`);
  console.profileEnd(name);
  return result;
}
