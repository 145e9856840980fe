import { instantOf } from "../lib/clock.ts";
import type { Clock } from "../lib/clock.ts";
import { AstralisError, AuthError } from "../lib/errors.ts";
import type { CredentialPort } from "../store/ports.ts";
import type { Cipher } from "./cipher.ts";
import { credentialText, parseCredential } from "./credential.ts";
import type { Credential } from "./credential.ts";

/** Credentials at rest: what enters the store is encrypted, what leaves it is checked. */
export interface Vault {
  /** null where the connection is not signed in. Throws `credential-damaged`. */
  readCredential(connectionId: string): Promise<VaultEntry | null>;
  /** Writes only over the version that was read (0 for none); false where another process was first. */
  writeCredential(
    connectionId: string,
    pair: Pick<VaultEntry, "credential" | "previous">,
    overVersion: number,
  ): Promise<boolean>;
  /** Writes over whatever is there, a damaged one included: a person's sign-in wins. */
  replaceCredential(connectionId: string, credential: Credential): Promise<void>;
  deleteCredential(connectionId: string): Promise<void>;
}

export interface VaultEntry {
  readonly credential: Credential;
  /** The one before, kept until this one has worked (law 10). */
  readonly previous: Credential | null;
  readonly version: number;
}

export interface VaultOptions {
  readonly credentials: CredentialPort;
  readonly cipher: Cipher;
  readonly clock: Clock;
}

export function createVault({ credentials, cipher, clock }: VaultOptions): Vault {
  const seal = (credential: Credential, connectionId: string) =>
    cipher.seal(credentialText(credential), connectionId);
  const open = (envelope: string, connectionId: string) => {
    const text = cipher.open(envelope, connectionId);
    const credential = text === null ? null : parseCredential(text);
    if (credential !== null) return credential;
    throw new AuthError("credential-damaged", "the stored credential cannot be decrypted", {
      hint: "Sign in again with `astralis reconnect`.",
    });
  };
  const write: Vault["writeCredential"] = (connectionId, { credential, previous }, overVersion) =>
    credentials.put(
      {
        connectionId,
        ciphertext: seal(credential, connectionId),
        previous: previous === null ? null : seal(previous, connectionId),
        updatedAt: instantOf(clock),
      },
      overVersion,
    );
  return {
    readCredential: async (connectionId) => {
      const stored = await credentials.get(connectionId);
      if (stored === null) return null;
      const previous = stored.previous === null ? null : open(stored.previous, connectionId);
      const credential = open(stored.ciphertext, connectionId);
      return { credential, previous, version: stored.version };
    },
    writeCredential: write,
    replaceCredential: async (connectionId, credential) => {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const version = (await credentials.get(connectionId))?.version ?? 0;
        if (await write(connectionId, { credential, previous: null }, version)) return;
      }
      throw new AstralisError("busy", "another process keeps writing the credentials", {
        hint: "Try again.",
        retry: "later",
      });
    },
    deleteCredential: (connectionId) => credentials.delete(connectionId),
  };
}
