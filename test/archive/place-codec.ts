import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec, Place } from "../../src/core/codec.ts";

/** As one that encrypts: awaited, unreadable, and bound to the place of what it encodes. */
export function createPlaceCodec(name = "place"): Codec {
  const inner = createSuperjsonCodec();
  return {
    name,
    isAsync: true,
    bindsPlace: true,
    encodesMetadata: true,
    async encode(value, place) {
      await turn();
      const isBytes = value instanceof Uint8Array;
      const text = JSON.stringify({
        place: placeText(place),
        isBytes,
        text: isBytes ? [...value] : inner.encode(value, place),
      });
      return Uint8Array.from(new TextEncoder().encode(text), (byte) => byte ^ 0x55);
    },
    async decode(encoded, place) {
      await turn();
      const bytes = Uint8Array.from(encoded as Uint8Array, (byte) => byte ^ 0x55);
      const {
        place: bound,
        isBytes,
        text,
      } = JSON.parse(new TextDecoder().decode(bytes)) as { place: string; isBytes: boolean; text: never };
      if (bound !== placeText(place)) throw new Error(`encoded for ${bound}, decoded at ${placeText(place)}`);
      return isBytes ? Uint8Array.from(text as number[]) : inner.decode(text, place);
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function placeText({ store, position }: Place): string {
  return JSON.stringify([store, position]);
}
