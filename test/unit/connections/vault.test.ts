import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCipher } from "../../../src/connections/cipher.ts";
import { createVault } from "../../../src/connections/vault.ts";
import {
  createDeps,
  ensureConnection,
  oauthCredential,
  openRoom,
} from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

const deps = createDeps();
let room: Room;

beforeEach(async () => {
  room = await openRoom(deps);
});
afterEach(() => room.close());

const grant = { accessToken: "access-1", refreshToken: "refresh-1" };
const credential = oauthCredential(grant, { origin: "https://notebook.test", issuedAtMs: 1 });

describe("createCipher", () => {
  const cipher = createCipher("one");

  it("opens what it sealed, in any script", () => {
    expect(cipher.open(cipher.seal("ключ 🔑", "a"), "a")).toBe("ключ 🔑");
  });

  it("never seals the same text to the same envelope", () => {
    const envelopes = Array.from({ length: 50 }, () => cipher.seal("text", "a"));
    expect(new Set(envelopes).size).toBe(50);
  });

  it("opens nothing of another key, another owner, or with one bit changed anywhere", () => {
    const envelope = cipher.seal("text", "a");
    expect(createCipher("two").open(envelope, "a")).toBeNull();
    expect(cipher.open(envelope, "b")).toBeNull();
    const [version, nonce = "", body = ""] = envelope.split(".");
    for (const part of [nonce, body]) {
      const bytes = Buffer.from(part, "base64url");
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const text = changed.toString("base64url");
        const parts = part === nonce ? [version, text, body] : [version, nonce, text];
        expect(cipher.open(parts.join("."), "a")).toBeNull();
      }
    }
  });

  it.each(["", "v1", "v1..", "v1.AAAA.AAAA", "v2.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAA"])(
    "opens no %j",
    (envelope) => {
      expect(cipher.open(envelope, "a")).toBeNull();
    },
  );

  it("refuses a tag that was cut short", () => {
    const [version, nonce, body = ""] = cipher.seal("", "a").split(".");
    const short = Buffer.from(body, "base64url").subarray(0, 12).toString("base64url");
    expect(cipher.open([version, nonce, short].join("."), "a")).toBeNull();
  });
});

describe("createVault", () => {
  it("gives back the pair that was written, and stores no readable part of it", async () => {
    const { id } = room.connection;
    expect(await room.vault.readCredential(id)).toBeNull();
    const key = { kind: "api-key", key: "key-ana", origins: ["https://notebook.test"] } as const;
    expect(await room.vault.writeCredential(id, { credential, previous: key }, 0)).toBe(true);
    expect(await room.vault.readCredential(id)).toEqual({ credential, previous: key, version: 1 });
    const stored = JSON.stringify(await room.store.credentials.get(id));
    expect(stored).not.toMatch(/access-1|refresh-1|key-ana|notebook/);
  });

  it("writes only over the version that was read", async () => {
    const { id } = room.connection;
    const pair = { credential, previous: null };
    expect(await room.vault.writeCredential(id, pair, 0)).toBe(true);
    expect(await room.vault.writeCredential(id, pair, 0)).toBe(false);
    expect(await room.vault.writeCredential(id, pair, 1)).toBe(true);
  });

  it("calls a credential of another key damaged, and lets a new sign-in replace it", async () => {
    const { id } = room.connection;
    const options = { credentials: room.store.credentials, clock: deps.clock };
    const other = createVault({ ...options, cipher: createCipher("another") });
    await other.replaceCredential(id, credential);
    await expect(room.vault.readCredential(id)).rejects.toMatchObject({
      code: "credential-damaged",
    });
    await room.vault.replaceCredential(id, credential);
    expect((await room.vault.readCredential(id))?.credential).toEqual(credential);
  });

  it("calls a credential that was copied to another connection damaged", async () => {
    await room.vault.replaceCredential(room.connection.id, credential);
    const stored = await room.store.credentials.get(room.connection.id);
    const other = await ensureConnection(room.store, { deps, orgId: room.org.id, name: "other" });
    const copy = {
      connectionId: other.id,
      ciphertext: stored?.ciphertext ?? "",
      previous: null,
      updatedAt: "",
    };
    await room.store.credentials.put(copy, 0);
    await expect(room.vault.readCredential(other.id)).rejects.toMatchObject({
      code: "credential-damaged",
    });
  });
});
