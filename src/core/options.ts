/** The names of all options of an interface: TypeScript sees to it that there are no more and no fewer. */
export type OptionNames<O> = { readonly [Name in keyof Required<O>]: true };

/**
 * Refuses options that nothing would come of. A name that was mistyped would otherwise count as the default, and a
 * `{ dryrun: true }` would prune.
 *
 * @param options - What a caller passed.
 * @param names - The options that there are.
 * @param of - What takes them, for the message.
 * @throws TypeError for what is not an object, or has another name.
 */
export function requireOptions<O>(options: O, names: OptionNames<O>, of: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`the options of ${of} must be an object, got ${options === null ? "null" : typeof options}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names).find((other) => other.toLowerCase() === name.toLowerCase());
    const hint = known === undefined ? `there are: ${Object.keys(names).join(", ")}` : `is it ${known}?`;
    throw new TypeError(`${of} has no option ${JSON.stringify(name)}; ${hint}`);
  }
}
