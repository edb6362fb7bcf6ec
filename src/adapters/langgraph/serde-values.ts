import type { SerializerProtocol } from "@langchain/langgraph-checkpoint";
import type { Values } from "./values.ts";

/** What is stored of a value: what a serializer wrote, as a tree if it is JSON, so that the store sees its parts. */
type Written = { readonly json: unknown } | { readonly type: string; readonly bytes: Uint8Array };

/** Values as a serializer of the application's own writes them, each by itself. */
export function serdeValues(serde: SerializerProtocol): Values {
  async function store(value: unknown): Promise<Written> {
    const [type, bytes] = await serde.dumpsTyped(value);
    return type === "json" ? { json: JSON.parse(new TextDecoder().decode(bytes)) as unknown } : { type, bytes };
  }
  const revive = (written: Written): Promise<unknown> =>
    "json" in written
      ? serde.loadsTyped("json", JSON.stringify(written.json))
      : serde.loadsTyped(written.type, written.bytes);
  return {
    store: (values) => ofEach(values, store),
    revive: (stored) => ofEach(stored as Record<string, Written>, revive),
  };
}

/** Returns a record of the same names, with what `work` makes of each value. */
export async function ofEach<A, B>(
  record: Readonly<Record<string, A>>,
  work: (value: A) => Promise<B>,
): Promise<Record<string, B>> {
  const made = Object.entries(record).map(async ([name, value]) => [name, await work(value)] as const);
  return Object.fromEntries(await Promise.all(made));
}
