import { createEncryptedCodec } from "../../src/codecs/encrypted.ts";
import { createSuperjsonCodec } from "../../src/codecs/superjson.ts";
import type { Codec } from "../../src/core/codec.ts";

const keys = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

/** Encrypts all that can be encrypted, with one key for the whole run. */
export const encryptedCodec: Codec = createEncryptedCodec({
  codec: createSuperjsonCodec(),
  keys,
  encryptMetadata: true,
});
