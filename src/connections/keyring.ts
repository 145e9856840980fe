import { randomBytes } from "node:crypto";
import { AstralisError } from "../lib/errors.ts";
import type { CredentialPort } from "../store/ports.ts";
import { createCipher } from "./cipher.ts";
import type { Cipher } from "./cipher.ts";
import { createKeyFile, readKeyFile } from "./key-file.ts";
import { keepsWhatIsWritten, keychainService } from "./keychain.ts";
import type { Keychain } from "./keychain.ts";

/** Where the master key lives. */
export type KeySource = "environment" | "keychain" | "key-file";

/** The master key in use. */
export interface Keyring extends Cipher {
  readonly source: KeySource;
}

export interface KeyringOptions {
  readonly credentials: Pick<CredentialPort, "getKeyRecord" | "ensureKeyRecord">;
  /** The value of ASTRALIS_KEY; null where it is not set. */
  readonly environmentKey: string | null;
  /** `loadKeychain`, or one of your own; asked only where it matters. */
  readonly keychain: () => Promise<Keychain | null>;
  /** Absolute path, in the `.astralis` folder beside the configuration. */
  readonly keyFile: string;
}

type KeyRecord = { readonly fingerprint: string; readonly source: string };

/**
 * The key that protects this database's credentials. The first process chooses where it lives, once, and records
 * that with the key's fingerprint; every later one finds the same key there or refuses to start. Two that start at
 * once end with one key: the record in the database decides which.
 */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  const record = await options.credentials.getKeyRecord();
  if (record !== null) return openRecorded(record, options);
  const choice = await chooseKey(options);
  const { fingerprint, source } = choice;
  const kept = await options.credentials.ensureKeyRecord({ fingerprint, source });
  if (kept.fingerprint === fingerprint) return choice;
  await choice.withdraw();
  return openRecorded(kept, options);
}

async function openRecorded(record: KeyRecord, options: KeyringOptions): Promise<Keyring> {
  const { environmentKey } = options;
  if (environmentKey !== null) {
    const keyring = keyringOf(environmentSecret(environmentKey), "environment");
    if (keyring.fingerprint === record.fingerprint) return keyring;
    throw new AstralisError(
      "key-mismatch",
      `ASTRALIS_KEY is set, but it is not the key that the credentials were encrypted with: that one is ${whereIs(record, options)}`,
      {
        hint:
          record.source === "environment"
            ? "Set ASTRALIS_KEY to the value it had when the connections were signed in."
            : "Unset ASTRALIS_KEY to use that key.",
      },
    );
  }
  const secret = await findSecret(record, options);
  if (secret === null) throw missing(record, options);
  const keyring = keyringOf(secret, record.source === "keychain" ? "keychain" : "key-file");
  if (keyring.fingerprint === record.fingerprint) return keyring;
  throw new AstralisError(
    "key-mismatch",
    `the key ${whereIs(record, options)} is not the one that the credentials were encrypted with`,
    { hint: "Put the original key back, from a backup or from the machine that signed in." },
  );
}

async function findSecret(record: KeyRecord, options: KeyringOptions): Promise<string | null> {
  if (record.source === "key-file") {
    const text = await readKeyFile(options.keyFile);
    return text === null ? null : fileSecret(text, options.keyFile);
  }
  if (record.source !== "keychain") return null;
  const keychain = await options.keychain();
  // A locked or unreachable keychain throws; to us that is a key that is not there.
  return (
    (await keychain?.getPassword(keychainService, record.fingerprint).catch(() => null)) ?? null
  );
}

type Choice = Keyring & { /** Takes back what lost. */ withdraw(): Promise<void> };

async function chooseKey(options: KeyringOptions): Promise<Choice> {
  if (options.environmentKey !== null) {
    const keyring = keyringOf(environmentSecret(options.environmentKey), "environment");
    return { ...keyring, withdraw: keepIt };
  }
  const fresh = randomBytes(32).toString("base64url");
  const keychain = (await readKeyFile(options.keyFile)) === null ? await options.keychain() : null;
  if (keychain !== null && (await keepsWhatIsWritten(keychain))) {
    // Each key has an entry of its own, so that of two processes at once neither overwrites the other's.
    const keyring = keyringOf(fresh, "keychain");
    await keychain.setPassword(keychainService, keyring.fingerprint, fresh);
    const withdraw = async () => {
      await keychain.deletePassword(keychainService, keyring.fingerprint);
    };
    return { ...keyring, withdraw };
  }
  const text = await createKeyFile(options.keyFile, fresh);
  return { ...keyringOf(fileSecret(text, options.keyFile), "key-file"), withdraw: keepIt };
}

async function keepIt(): Promise<void> {}

function keyringOf(secret: string, source: KeySource): Keyring {
  return { ...createCipher(secret), source };
}

function environmentSecret(value: string): string {
  const secret = value.trim();
  if (secret.length >= 32) return secret;
  throw new AstralisError("key-invalid", "ASTRALIS_KEY is shorter than 32 characters", {
    hint: "Set it to a longer secret, for example the output of: openssl rand -base64 32",
  });
}

function fileSecret(text: string, path: string): string {
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return text;
  throw new AstralisError("key-invalid", `the key file ${path} is damaged`, {
    hint: "Put the original file back; if nothing was signed in with it yet, delete it.",
  });
}

function missing(record: KeyRecord, options: KeyringOptions): AstralisError {
  const hints: Readonly<Record<string, string>> = {
    environment: "Set ASTRALIS_KEY to the value it had when the connections were signed in.",
    keychain:
      "Unlock the keychain, or run as the user and on the machine that signed in; the key can also be given in ASTRALIS_KEY.",
    "key-file": `Put the key file back at ${options.keyFile}, or set ASTRALIS_KEY to its content.`,
  };
  return new AstralisError(
    "key-missing",
    `the credentials were encrypted with the key ${whereIs(record, options)}, and it is not there`,
    { hint: hints[record.source] ?? "Use the version of astralis that wrote this database." },
  );
}

function whereIs(record: KeyRecord, options: KeyringOptions): string {
  const places: Readonly<Record<string, string>> = {
    environment: "in ASTRALIS_KEY",
    keychain: `in the keychain (service ${keychainService}, account ${record.fingerprint})`,
    "key-file": `in the key file ${options.keyFile}`,
  };
  return places[record.source] ?? `in "${record.source}"`;
}
