import { Deserializer, Serializer } from "node:v8";

/**
 * Returns a value as the bytes of a structured clone. Every later release of V8 reads them.
 *
 * Not `serialize` of `node:v8`, which reads all views back as views of one buffer.
 *
 * @throws Error for what can't be cloned, a `Blob` among it.
 */
export function cloneTo(value: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Returns what was cloned. @throws Error for damaged bytes. */
export function cloneFrom(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}
