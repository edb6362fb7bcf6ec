import { concatBytes } from "../core/bytes.ts";
import type { Codec, Place } from "../core/codec.ts";
import { CheckpointStoreError } from "../core/errors.ts";
import { ringOf, type KeyRing } from "./encrypted/key-ring.ts";
import { bytesOfPlace } from "./encrypted/place-bytes.ts";

export { createKeyRing } from "./encrypted/key-ring.ts";
export type { KeyRing } from "./encrypted/key-ring.ts";
export { openManagedKeys, openPassphraseKeys } from "./encrypted/managed-keys.ts";
export type { ManagedKeys } from "./encrypted/managed-keys.ts";

/** What is encrypted, and with what. */
export interface EncryptedCodecOptions {
  /** Makes text or bytes of a value, which are then encrypted: superjson, for one. */
  readonly codec: Codec;
  /** A key for AES-GCM, or a ring of them. */
  readonly keys: CryptoKey | KeyRing;
  /** Encrypts metadata too. Without it, heads can be read by everyone. */
  readonly encryptMetadata?: boolean;
}

const IV_BYTES = 12;
const FORMAT = 1;
const TEXT = 1;
const BYTES = 0;

/**
 * Encrypts what another codec makes, by AES-GCM, bound to its place: a record that was altered, or put in the place of
 * another, is `corrupted`; one whose key is not in the ring is `codec-mismatch`.
 *
 * Each value has a random nonce, so that equal ones don't show. One key is good for 2^32 values (NIST SP 800-38D,
 * section 8.3): rotate it long before.
 */
export function createEncryptedCodec({ codec, keys, encryptMetadata = false }: EncryptedCodecOptions): Codec {
  const ring = "algorithm" in keys ? ringOf(keys) : keys;
  const name = `encrypted(${codec.name})`;
  return {
    name,
    isAsync: true,
    bindsPlace: true,
    encodesMetadata: encryptMetadata,
    ...(codec.custom !== undefined && { custom: codec.custom }),
    async encode(value, place) {
      const { id, key } = await ring.current();
      const header = headerOf(id);
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const sealed = await crypto.subtle.encrypt(
        paramsOf(iv, { name, header, place }),
        key,
        toBytes(await codec.encode(value, place), codec),
      );
      return concatBytes([header, iv, new Uint8Array(sealed)]);
    },
    async decode(encoded, place) {
      const { header, id, iv, sealed } = split(encoded);
      const key = await ring.find(id);
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
      const content = bytes.subarray(1);
      return codec.decode(
        bytes[0] === TEXT ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(content) : content.slice(),
        place,
      );
    },
  };
}

/** The format and the key's id, both of which the encryption is bound to as well. */
function headerOf(id: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(id);
  if (name.length > 255) throw new RangeError(`the id of a key must be short, got ${name.length} bytes`);
  return concatBytes([Uint8Array.of(FORMAT, name.length), name]);
}

function paramsOf(
  iv: Uint8Array<ArrayBuffer>,
  { name, header, place }: { name: string; header: Uint8Array; place: Place },
): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: concatBytes([header, bytesOfPlace(name, place)]) };
}

function split(encoded: unknown) {
  if (!(encoded instanceof Uint8Array) || encoded[0] !== FORMAT)
    throw new TypeError("it is not encrypted by this codec");
  const at = 2 + encoded[1]!;
  // Out of a buffer of its own: one from another realm, or a shared one, is nothing that WebCrypto takes everywhere.
  const bytes = Uint8Array.from(encoded);
  const header = bytes.slice(0, at);
  return {
    header,
    id: new TextDecoder().decode(header.subarray(2)),
    iv: bytes.slice(at, at + IV_BYTES),
    sealed: bytes.slice(at + IV_BYTES),
  };
}

function toBytes(encoded: unknown, { name }: Codec): Uint8Array<ArrayBuffer> {
  if (encoded instanceof Uint8Array) return concatBytes([Uint8Array.of(BYTES), encoded]);
  // A lone surrogate has no UTF-8.
  if (typeof encoded === "string" && !/[\ud800-\udfff]/u.test(encoded)) {
    return concatBytes([Uint8Array.of(TEXT), new TextEncoder().encode(encoded)]);
  }
  throw new TypeError(`codec ${name} must make text or bytes to be encrypted, got ${typeof encoded}`);
}
