import { concatBytes } from "../core/bytes.ts";
import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { requireOptions, type OptionNames } from "../core/options.ts";
import { ringOf, type KeyRing } from "./encrypted/key-ring.ts";
import { bytesOfPlace } from "./encrypted/place-bytes.ts";

export { createKeyRing } from "./encrypted/key-ring.ts";
export type { KeyRing, KeyRingOptions, RingKey } from "./encrypted/key-ring.ts";
export { openManagedKeys } from "./encrypted/managed-keys.ts";
export type { ManagedKeys, ManagedKeysOptions } from "./encrypted/managed-keys.ts";
export { openPasskeyKeys } from "./encrypted/passkey-keys.ts";
export type { PasskeyKeysOptions } from "./encrypted/passkey-keys.ts";
export { openPassphraseKeys } from "./encrypted/passphrase-keys.ts";
export type { PassphraseKeysOptions } from "./encrypted/passphrase-keys.ts";

/** Options of {@link createEncryptedCodec}. */
export interface EncryptedCodecOptions {
  /**
   * The codec that is applied before encryption. It must return strings or `Uint8Array`s: `createSuperjsonCodec()`
   * does.
   */
  readonly codec: Codec;
  /**
   * A key for AES-GCM of 256 bits, that can encrypt and decrypt; or a ring of several, such as `openPassphraseKeys`,
   * `openPasskeyKeys`, `openManagedKeys` and `createKeyRing` return.
   */
  readonly keys: CryptoKey | KeyRing;
  /** Whether metadata is encrypted too. Default is false: then metadata can be read without a key. */
  readonly encryptMetadata?: boolean;
}

const OPTIONS: OptionNames<EncryptedCodecOptions> = { codec: true, keys: true, encryptMetadata: true };
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The first byte of what is encrypted: what the other codec made. */
const BYTES = 1;
const TEXT = 2;

/**
 * Creates a codec that encrypts what another codec encodes, with AES-GCM.
 *
 * Each value is bound to its place in the store and to all that it refers to: what can be decrypted is what was saved
 * there. A record that was altered, or put in the place of another, is reported as `corrupted`; one whose key is not in
 * the ring as `codec-mismatch`. Each value has a random nonce, so that equal values don't look alike.
 *
 * Rotate a key long before it has encrypted 2^32 values, which is the limit for random nonces (NIST SP 800-38D, section
 * 8.3).
 *
 * @returns A codec with the name `encrypted(inner)`, where `inner` is the name of the other codec.
 * @throws TypeError if a single key is not one for AES-GCM of 256 bits that can encrypt and decrypt.
 *
 * @example
 * ```ts
 * import { openStore } from "waystone";
 * import { createEncryptedCodec, openManagedKeys } from "waystone/codecs/encrypted";
 * import { createSuperjsonCodec } from "waystone/codecs/superjson";
 *
 * const keys = await openManagedKeys("my-agent");
 * const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys, encryptMetadata: true });
 * const store = await openStore("my-agent", { codec });
 * await store.trace("run-1").save({ secret: "attack at dawn" });
 * console.log((await store.loadLatest("run-1"))?.state); // { secret: 'attack at dawn' }
 * ```
 */
export function createEncryptedCodec(options: EncryptedCodecOptions): Codec {
  requireOptions(options, OPTIONS, "createEncryptedCodec");
  const { codec, keys, encryptMetadata = false } = options;
  const ring = "algorithm" in keys ? ringOf(keys) : keys;
  const name = `encrypted(${codec.name})`;
  return {
    name,
    isAsync: true,
    bindsPlace: true,
    encodesMetadata: encryptMetadata,
    ...(codec.custom !== undefined && { custom: codec.custom }),
    async encode(value, place) {
      const [{ id, key }, made] = await Promise.all([ring.current(), codec.encode(value, place)]);
      const { format, bytes } = toBytes(made, codec);
      const header = headerOf(format, id);
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(paramsOf(iv, { name, header, place }), key, bytes);
      return concatBytes([header, iv, new Uint8Array(sealed)]);
    },
    async decode(encoded, place) {
      const { header, id, iv, sealed } = split(encoded);
      const found = ring.find(id);
      const key = found instanceof Promise ? await found : found;
      if (key === undefined) {
        throw new CheckpointStoreError("codec-mismatch", `it was encrypted with key ${id}, which is not in the ring`, {
          actual: id,
        });
      }
      let bytes: Uint8Array;
      try {
        bytes = new Uint8Array(await crypto.subtle.decrypt(paramsOf(iv, { name, header, place }), key, sealed));
      } catch (cause) {
        const message =
          "it can't be decrypted: it was altered or put in another's place, or another key has the same id";
        throw new CheckpointStoreError("corrupted", message, { cause });
      }
      return codec.decode(header[0] === TEXT ? decoder.decode(bytes) : bytes, place);
    },
    // The tag: without the key, nobody can choose it, nor find anything else that decrypts and has it.
    fingerprint: (encoded) => split(encoded).sealed.slice(-TAG_BYTES),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The format and the key's id as bytes. The encryption is bound to both. */
function headerOf(format: number, id: string): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(id);
  if (name.length > 255) throw new RangeError(`the id of a key must be short, got ${name.length} bytes`);
  return concatBytes([Uint8Array.of(format, name.length), name]);
}

function paramsOf(
  iv: Uint8Array<ArrayBuffer>,
  { name, header, place }: { name: string; header: Uint8Array; place: Place },
): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: concatBytes([header, bytesOfPlace(name, place)]) };
}

function split(encoded: unknown) {
  if (!(encoded instanceof Uint8Array) || !(encoded[0] === BYTES || encoded[0] === TEXT))
    throw new TypeError("it is not encrypted by this codec");
  const at = 2 + encoded[1]!;
  if (encoded.length < at + IV_BYTES + TAG_BYTES) throw new TypeError("it is too short to be encrypted by this codec");
  const bytes = encoded as Uint8Array<ArrayBuffer>;
  const header = bytes.subarray(0, at);
  return {
    header,
    id: decoder.decode(header.subarray(2)),
    iv: bytes.subarray(at, at + IV_BYTES),
    sealed: bytes.subarray(at + IV_BYTES),
  };
}

function toBytes(encoded: unknown, { name }: Codec): { format: number; bytes: Uint8Array<ArrayBuffer> } {
  if (encoded instanceof Uint8Array) return { format: BYTES, bytes: encoded as Uint8Array<ArrayBuffer> };
  // A lone surrogate has no UTF-8.
  if (typeof encoded === "string" && !/[\ud800-\udfff]/u.test(encoded)) {
    return { format: TEXT, bytes: encoder.encode(encoded) };
  }
  throw new TypeError(`codec ${name} must make text or bytes to be encrypted, got ${typeof encoded}`);
}
