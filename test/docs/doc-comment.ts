import { DocExcerpt, StandardTags, TSDocParser, type DocComment, type DocNode } from "@microsoft/tsdoc";

/** A doc comment, taken apart. */
export interface Doc {
  readonly summary: string;
  readonly parameters: readonly string[];
  readonly returns: string | undefined;
  readonly throws: readonly string[];
  readonly examples: readonly string[];
  /** Where it is not TSDoc. */
  readonly faults: readonly string[];
}

const parser = new TSDocParser();

/** Parses a doc comment, its delimiters included. */
export function parseDoc(comment: string): Doc {
  const { docComment, log } = parser.parseString(comment);
  const { params, returnsBlock, summarySection } = docComment;
  return {
    summary: textOf(summarySection),
    parameters: params.blocks.map(({ parameterName }) => parameterName),
    returns: returnsBlock && textOf(returnsBlock.content),
    throws: blocksOf(docComment, StandardTags.throws.tagName),
    examples: blocksOf(docComment, StandardTags.example.tagName),
    faults: log.messages.map(({ text }) => text),
  };
}

function blocksOf({ customBlocks }: DocComment, tagName: string): string[] {
  return customBlocks.filter(({ blockTag }) => blockTag.tagName === tagName).map(({ content }) => textOf(content));
}

/** Returns the text as it was written. */
function textOf(node: DocNode): string {
  const excerpts: string[] = [];
  const open: DocNode[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    open.push(...[...next.getChildNodes()].reverse());
    if (next instanceof DocExcerpt) excerpts.push(next.content.toString());
  }
  return excerpts.join("").trim();
}
