import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openKeyring } from "../../../src/connections/keyring.ts";
import type { Keychain } from "../../../src/connections/keychain.ts";
import { createDeps, openRoom } from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

let room: Room;
let keyFile: string;

beforeEach(async () => {
  room = await openRoom(createDeps());
  keyFile = join(room.folder, ".astralis", "key");
});
afterEach(() => room.close());

const environmentKey = "0123456789abcdef0123456789abcdef";

function createKeychain(
  fault: "none" | "forgets" | "locked" = "none",
): Keychain & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  const guard = () => {
    if (fault === "locked") throw new Error("Cannot autolaunch D-Bus without X11 $DISPLAY");
  };
  return {
    entries,
    getPassword: async (service, account) => {
      guard();
      return entries.get(`${service}/${account}`) ?? null;
    },
    setPassword: async (service, account, password) => {
      guard();
      if (fault === "none") entries.set(`${service}/${account}`, password);
    },
    deletePassword: async (service, account) => {
      guard();
      return entries.delete(`${service}/${account}`);
    },
  };
}

function open(
  options: { environmentKey?: string; keychain?: Keychain | null; keyFile?: string } = {},
) {
  return openKeyring({
    credentials: room.store.credentials,
    environmentKey: options.environmentKey ?? null,
    keychain: async () => options.keychain ?? null,
    keyFile: options.keyFile ?? keyFile,
  });
}

describe("openKeyring, the first time", () => {
  it("takes ASTRALIS_KEY where it is set, and writes it nowhere", async () => {
    const keyring = await open({ environmentKey, keychain: createKeychain() });
    expect(keyring.source).toBe("environment");
    expect(await room.store.credentials.getKeyRecord()).toEqual({
      fingerprint: keyring.fingerprint,
      source: "environment",
    });
    await expect(stat(keyFile)).rejects.toThrow("ENOENT");
  });

  it("refuses an ASTRALIS_KEY of less than 32 characters", async () => {
    await expect(open({ environmentKey: "short" })).rejects.toMatchObject({ code: "key-invalid" });
  });

  it("takes a keychain that keeps what is written, and leaves no probe behind", async () => {
    const keychain = createKeychain();
    const keyring = await open({ keychain });
    expect(keyring.source).toBe("keychain");
    expect([...keychain.entries.keys()]).toEqual([`astralis/${keyring.fingerprint}`]);
  });

  it.each(["forgets", "locked"] as const)(
    "takes a key file where the keychain is there but %s",
    async (fault) => {
      expect((await open({ keychain: createKeychain(fault) })).source).toBe("key-file");
    },
  );

  it("makes a key file that only its owner can read, in a folder that git leaves alone", async () => {
    await open();
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(keyFile))).mode & 0o777).toBe(0o700);
    expect((await readdir(dirname(keyFile))).toSorted()).toEqual([".gitignore", "key"]);
  });

  it("says why where the key file cannot be written", async () => {
    await writeFile(join(room.folder, "file"), "");
    const blocked = join(room.folder, "file", "key");
    await expect(open({ keyFile: blocked })).rejects.toMatchObject({ code: "store-unwritable" });
  });

  it("takes the key file that is there already, rather than a keychain", async () => {
    const first = await open();
    const again = await openKeyring({
      credentials: { getKeyRecord: async () => null, ensureKeyRecord: async (record) => record },
      environmentKey: null,
      keychain: async () => createKeychain(),
      keyFile,
    });
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.source).toBe("key-file");
  });

  it.each([
    ["a key file", () => null],
    ["a keychain", () => createKeychain()],
  ])("ends with one key where many processes start at once on %s", async (_name, make) => {
    const keychain = make();
    const keyrings = await Promise.all(Array.from({ length: 8 }, () => open({ keychain })));
    expect(new Set(keyrings.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    const envelope = keyrings[0]?.seal("secret", "owner") ?? "";
    for (const keyring of keyrings) expect(keyring.open(envelope, "owner")).toBe("secret");
    expect((await open({ keychain })).fingerprint).toBe(keyrings[0]?.fingerprint);
    expect(keychain?.entries.size ?? 1).toBe(1);
  });
});

describe("openKeyring, from then on", () => {
  it("finds the same key again", async () => {
    const keychain = createKeychain();
    const first = await open({ keychain });
    expect((await open({ keychain })).fingerprint).toBe(first.fingerprint);
  });

  it("takes the key file's content as ASTRALIS_KEY, for another machine", async () => {
    const first = await open();
    const text = await readFile(keyFile, "utf8");
    await rm(keyFile);
    const elsewhere = await open({ environmentKey: text });
    expect(elsewhere.open(first.seal("secret", "owner"), "owner")).toBe("secret");
  });

  it("refuses another ASTRALIS_KEY and names where the key was", async () => {
    await open();
    const refused = open({ environmentKey });
    await expect(refused).rejects.toMatchObject({ code: "key-mismatch" });
    await expect(refused).rejects.toThrow(keyFile);
    await expect(refused).rejects.not.toThrow(environmentKey);
  });

  it("refuses to go on without ASTRALIS_KEY where that was the key", async () => {
    await open({ environmentKey });
    await expect(open({ keychain: createKeychain() })).rejects.toMatchObject({
      code: "key-missing",
      hint: expect.stringContaining("ASTRALIS_KEY"),
    });
  });

  it.each([
    ["is gone", () => null],
    ["is locked", () => createKeychain("locked")],
    ["has lost the entry", () => createKeychain()],
  ])("never moves to a file where the keychain %s", async (_name, later) => {
    await open({ keychain: createKeychain() });
    await expect(open({ keychain: later() })).rejects.toMatchObject({ code: "key-missing" });
    await expect(stat(keyFile)).rejects.toThrow("ENOENT");
  });

  it("refuses a key file that others can read", async () => {
    await open();
    await chmod(keyFile, 0o640);
    await expect(open()).rejects.toMatchObject({
      code: "key-unsafe",
      hint: expect.stringContaining("chmod 600"),
    });
  });

  it("does not make a new key where the file is gone", async () => {
    await open();
    await rm(keyFile);
    await expect(open()).rejects.toMatchObject({ code: "key-missing" });
    await expect(stat(keyFile)).rejects.toThrow("ENOENT");
  });

  it("refuses the key file of another database, and a damaged one", async () => {
    await open();
    await writeFile(keyFile, `${"A".repeat(43)}\n`, { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: "key-mismatch" });
    await writeFile(keyFile, "", { mode: 0o600 });
    await expect(open()).rejects.toMatchObject({ code: "key-invalid" });
  });

  it("keeps a .gitignore that is there", async () => {
    await mkdir(dirname(keyFile));
    await writeFile(join(dirname(keyFile), ".gitignore"), "mine\n");
    await open();
    expect(await readFile(join(dirname(keyFile), ".gitignore"), "utf8")).toBe("mine\n");
  });
});
