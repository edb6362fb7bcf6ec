/** Returns the code of each fenced block of a language in a Markdown text, in their order. */
export function codeBlocks(markdown: string, language = "ts"): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...markdown.matchAll(fence)].map(([, code]) => code!);
}
