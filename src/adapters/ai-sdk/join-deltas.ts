/** What of a part of a stream says which text it continues. */
interface StreamPart {
  readonly type: string;
  readonly id?: unknown;
  readonly toolCallId?: unknown;
  readonly providerMetadata?: unknown;
}

const DELTAS = ["text-delta", "reasoning-delta", "tool-input-delta"];

/**
 * Returns parts of a stream, of a model's or of a UI's, that come to the same as those given: deltas of one text that
 * follow one another are one.
 *
 * A model streams a word at a time, and most of such a part is its frame.
 */
export function joinDeltas<P extends StreamPart>(parts: readonly P[]): P[] {
  const joined: P[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    if (before === undefined || !continues(part, before)) joined.push(part);
    else {
      const text = "inputTextDelta" in part ? "inputTextDelta" : "delta";
      joined[joined.length - 1] = { ...before, [text]: textOf(before, text) + textOf(part, text) };
    }
  }
  return joined;
}

function continues(part: StreamPart, before: StreamPart): boolean {
  return (
    DELTAS.includes(part.type) &&
    before.type === part.type &&
    before.id === part.id &&
    before.toolCallId === part.toolCallId &&
    before.providerMetadata === undefined &&
    part.providerMetadata === undefined
  );
}

function textOf(part: object, name: string): string {
  return (part as Record<string, string>)[name]!;
}
