/** A multiple of 3, so that encoded slices can be joined without padding; small enough for an argument list. */
const SLICE_BYTES = 0x6000;

/** Encodes bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES)));
  }
  return text;
}

/** Decodes base64. @throws DOMException if the text is not base64. */
export function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
