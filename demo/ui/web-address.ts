/**
 * The address if it is one of the web, otherwise `undefined`: a state may have come from anybody, and a link to
 * `javascript:` runs a script of theirs.
 */
export function webAddress(address: unknown): string | undefined {
  if (typeof address !== "string" || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}
