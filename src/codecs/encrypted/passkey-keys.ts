import { CheckpointStoreError } from "../../core/errors.ts";
import { requireOptions, type OptionNames } from "../../core/options.ts";
import { keepFirst, readKept, readOrRestore, type Copying, type StoredPasskey } from "./key-database.ts";
import { AES_256, ringOf, USAGES, type KeyRing } from "./key-ring.ts";

/** Options of {@link openPasskeyKeys}. */
export interface PasskeyKeysOptions {
  /** What the browser shows the user as the account that the passkey is for. Default is the name. */
  readonly userName?: string;
  /** The domain that the passkey belongs to: this page's, or one above it. Default is this page's. */
  readonly domain?: string;
  /**
   * Whether to ask for a passkey that was made before, under the same name, and that this profile does not know:
   * elsewhere, or before the site's data was cleared. The user chooses among those of the domain. Default is false.
   */
  readonly useExisting?: boolean;
  /**
   * Whether to make a new passkey where the one that was made here can't be told any more. Its key opens nothing of what
   * there is. Default is false: that is told as `not-found`.
   */
  readonly allowNewKeys?: boolean;
}

/** A passkey that was asked, and what it answered. */
interface Answer {
  readonly credentialId: Uint8Array<ArrayBuffer>;
  readonly secret: BufferSource | undefined;
}

const OPTIONS: OptionNames<PasskeyKeysOptions> = {
  userName: true,
  domain: true,
  useExisting: true,
  allowNewKeys: true,
};
const encoder = new TextEncoder();
const COPYING: Copying<StoredPasskey> = {
  toText: ({ name, credentialId, keyId }) => JSON.stringify({ name, credentialId: [...credentialId], keyId }),
  fromText(text) {
    const { name, credentialId, keyId } = JSON.parse(text) as Omit<StoredPasskey, "credentialId"> & {
      credentialId: number[];
    };
    return { name, credentialId: Uint8Array.from(credentialId), keyId };
  },
};

/**
 * Opens a key that is derived from a secret of a passkey, by WebAuthn's PRF extension.
 *
 * The secret never leaves the authenticator, and the key is in memory alone: nothing in the profile opens what it has
 * encrypted. The user is asked each time, to make the passkey the first time and to use it from then on. Browsers want
 * that to come from a click or a key press.
 *
 * What is lost with the passkey can't be read by anybody any more. Those that are synchronized among devices (by the
 * platform or a password manager) outlive a device.
 *
 * @param name - The name of the key: another one gives another key, of another passkey. It can be that of the store.
 * @returns A ring of this one key, for `createEncryptedCodec`.
 * @throws TypeError if `name` is empty or not a string.
 * @throws CheckpointStoreError `unavailable`: there is no WebAuthn or no IndexedDB here, the authenticator can't derive
 *   secrets, or the user declined; see `cause`.
 * @throws CheckpointStoreError `codec-mismatch`: it is another passkey than that of the first call.
 * @throws CheckpointStoreError `not-found`: a passkey was made under this name, and what is known of it is gone.
 * @throws CheckpointStoreError `storage`: IndexedDB failed; see `cause`.
 *
 * @example
 * ```ts
 * import { isCheckpointStoreError, openStore } from "waystone";
 * import { createEncryptedCodec, openPasskeyKeys } from "waystone/codecs/encrypted";
 * import { createSuperjsonCodec } from "waystone/codecs/superjson";
 *
 * // For a click to call: the browser asks the user.
 * async function unlock() {
 *   const keys = await openPasskeyKeys("my-agent", { userName: "what the agent knows" });
 *   const codec = createEncryptedCodec({ codec: createSuperjsonCodec(), keys, encryptMetadata: true });
 *   return openStore("my-agent", { codec });
 * }
 *
 * // Where there is no WebAuthn:
 * const error = await unlock().catch((error: unknown) => error);
 * console.log(isCheckpointStoreError(error, "unavailable")); // true
 * ```
 */
export async function openPasskeyKeys(name: string, options: PasskeyKeysOptions = {}): Promise<KeyRing> {
  if (typeof name !== "string" || name === "") throw new TypeError("name must be a string that is not empty");
  requireOptions(options, OPTIONS, "openPasskeyKeys");
  const { userName = name, domain, useExisting = false, allowNewKeys = false } = options;
  if ((globalThis.navigator as Partial<Navigator> | undefined)?.credentials === undefined) {
    throw new CheckpointStoreError("unavailable", "there is no WebAuthn here");
  }
  const place = `passkey:${name}`;
  const there =
    allowNewKeys || useExisting
      ? await readKept<StoredPasskey>(place)
      : await readOrRestore<StoredPasskey>(place, { copying: COPYING });
  const request = { salt: encoder.encode(`waystone: ${name}`), domain };
  const made = there === undefined && !useExisting ? await makePasskey({ ...request, userName }) : undefined;
  const asked = { ...request, credentialId: there?.credentialId ?? made?.credentialId };
  // Some authenticators derive nothing while a passkey is made.
  const { credentialId, secret } = made?.secret === undefined ? await askPasskey(asked) : made;
  if (secret === undefined) {
    throw new CheckpointStoreError("unavailable", "this passkey can't derive secrets: it has no PRF extension");
  }
  const ring = ringOf(await deriveKey(secret));
  const { id: keyId } = await ring.current();
  const { keyId: expected } =
    there ?? (await keepFirst<StoredPasskey>({ name: place, credentialId, keyId }, { copying: COPYING }));
  if (keyId !== expected) {
    const message = `the passkey is not the one that ${name} was made with`;
    throw new CheckpointStoreError("codec-mismatch", message, { expected, actual: keyId });
  }
  return ring;
}

interface Request {
  /** What the secret is derived for. */
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly domain: string | undefined;
}

async function makePasskey({ salt, domain, userName }: Request & { readonly userName: string }): Promise<Answer> {
  return ask(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: randomBytes(32),
        rp: { name: domain ?? location.hostname, ...(domain !== undefined && { id: domain }) },
        user: { id: randomBytes(16), name: userName, displayName: userName },
        // ES256, EdDSA, RS256: nothing is ever signed with it that anybody looks at.
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
        // To be found by whoever does not know it, and never without its user: that would be another secret.
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: extensionsFor(salt),
      },
    }),
  );
}

async function askPasskey({
  salt,
  domain,
  credentialId,
}: Request & { readonly credentialId: Uint8Array<ArrayBuffer> | undefined }): Promise<Answer> {
  return ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(32),
        ...(domain !== undefined && { rpId: domain }),
        allowCredentials: credentialId === undefined ? [] : [{ type: "public-key", id: credentialId }],
        userVerification: "required",
        extensions: extensionsFor(salt),
      },
    }),
  );
}

async function ask(work: () => Promise<Credential | null>): Promise<Answer> {
  let credential: PublicKeyCredential | null;
  try {
    credential = (await work()) as PublicKeyCredential | null;
  } catch (cause) {
    throw new CheckpointStoreError("unavailable", "the passkey was not to be had", { cause });
  }
  if (credential === null) throw new CheckpointStoreError("unavailable", "the passkey was not to be had");
  const { prf } = credential.getClientExtensionResults();
  return { credentialId: new Uint8Array(credential.rawId), secret: prf?.results?.first };
}

function extensionsFor(salt: Uint8Array<ArrayBuffer>): AuthenticationExtensionsClientInputs {
  return { prf: { eval: { first: salt } } };
}

async function deriveKey(secret: BufferSource): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = encoder.encode("waystone: a key from a passkey");
  const params = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(params, base, AES_256, false, USAGES);
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
