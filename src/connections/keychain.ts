import { randomBytes } from "node:crypto";
import { isRecord } from "../lib/json.ts";

/** The operating system's keychain, as `keytar` offers it. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export const keychainService = "astralis";

/** keytar where it is installed and loads, else null. Whether it also keeps what it is given, only a probe tells. */
export async function loadKeychain(): Promise<Keychain | null> {
  // The name is kept from the compiler: the package is optional, and its types are then missing as well.
  const name: string = "keytar";
  try {
    const loaded: unknown = await import(name);
    const keychain = isRecord(loaded) ? (loaded["default"] ?? loaded) : loaded;
    return isKeychain(keychain) ? keychain : null;
  } catch {
    return null;
  }
}

/** Writes, reads back and deletes: a keychain without an unlocked collection answers nothing, and no error. */
export async function keepsWhatIsWritten(keychain: Keychain): Promise<boolean> {
  const account = `probe-${randomBytes(8).toString("hex")}`;
  try {
    await keychain.setPassword(keychainService, account, account);
    const kept = (await keychain.getPassword(keychainService, account)) === account;
    return (await keychain.deletePassword(keychainService, account)) && kept;
  } catch {
    return false;
  }
}

function isKeychain(value: unknown): value is Keychain {
  const verbs = ["getPassword", "setPassword", "deletePassword"];
  return isRecord(value) && verbs.every((verb) => typeof value[verb] === "function");
}
