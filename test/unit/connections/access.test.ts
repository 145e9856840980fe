import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAccess } from "../../../src/connections/access.ts";
import type { ConnectionAccess } from "../../../src/connections/access.ts";
import type { OAuthCredential } from "../../../src/connections/credential.ts";
import type { Vault } from "../../../src/connections/vault.ts";
import { createStepClock } from "../../../src/lib/clock.ts";
import type { StepClock } from "../../../src/lib/clock.ts";
import type { Deps } from "../../../src/lib/deps.ts";
import { AstralisError, StoreError } from "../../../src/lib/errors.ts";
import type { Fetch } from "../../../src/lib/http.ts";
import type { LogLine } from "../../../src/lib/log.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type { AuthorizationServer } from "../../support/authorization-server.ts";
import {
  createDeps,
  endpointsAt,
  notebook,
  oauthCredential,
  openRoom,
} from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

let server: AuthorizationServer;
let room: Room;
let clock: StepClock;
let deps: Deps;
let lines: LogLine[];

beforeEach(async () => {
  clock = createStepClock(Date.UTC(2026, 10, 2));
  lines = [];
  deps = createDeps(clock, lines);
  server = await startAuthorizationServer();
  room = await openRoom(deps);
});
afterEach(async () => {
  await room.close();
  await server.close();
});

interface Changes {
  readonly vault?: Vault;
  readonly fetch?: Fetch;
  readonly origin?: string;
  readonly clientSecret?: string;
}

function open(changes: Changes = {}): Promise<ConnectionAccess> {
  return createAccess({ id: room.connection.id, name: "notes", orgName: "acme" }, notebook, {
    endpoints: endpointsAt(changes.origin ?? server.origin),
    app: {
      clientId: server.clientId,
      clientSecret: changes.clientSecret ?? server.clientSecret,
      redirectPort: null,
    },
    vault: changes.vault ?? room.vault,
    leases: room.store.leases,
    connections: room.store.connections,
    deps: { ...deps, fetch: changes.fetch ?? deps.fetch },
    holder: "these tests",
  });
}

async function signIn(lifeSeconds = 3600): Promise<OAuthCredential> {
  const facts = { origin: server.origin, issuedAtMs: clock.now(), lifeSeconds };
  const credential = oauthCredential(server.grant(), facts);
  await room.vault.replaceCredential(room.connection.id, credential);
  return credential;
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const stored = () => room.vault.readCredential(room.connection.id);
const status = async () => (await room.store.connections.get(room.connection.id))?.reason;

/** The error, whole, as text: what a log could show of it, causes included. */
async function failure(work: Promise<unknown>): Promise<{ error: AstralisError; text: string }> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AstralisError))
    throw new Error("it did not fail as expected", { cause: error });
  let text = "";
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    text += `${one.message} ${one.stack ?? ""} ${JSON.stringify(one)} `;
  }
  return { error, text };
}

describe("token", () => {
  it("is the stored one while it is good", async () => {
    const credential = await signIn();
    expect(await (await open()).token()).toBe(credential.accessToken);
    expect(server.tokenRequests).toHaveLength(0);
  });

  it("is refreshed ahead of its end, and the new pair is stored with the old one beside it", async () => {
    const credential = await signIn();
    const access = await open();
    clock.advance((3600 - 361) * 1000);
    expect(await access.token()).toBe(credential.accessToken);
    clock.advance(2000);
    const token = await access.token();
    expect(token).not.toBe(credential.accessToken);
    expect(await stored()).toMatchObject({
      credential: { accessToken: token, expiresAtMs: clock.now() + 3_600_000 },
      previous: credential,
    });
  });

  it("is not refreshed without end where tokens live for seconds only", async () => {
    await signIn(20);
    const access = await open();
    await access.token();
    expect(server.tokenRequests).toHaveLength(0);
  });

  it("is what another process stored meanwhile", async () => {
    const credential = await signIn();
    const access = await open();
    await access.token();
    const pair = { credential: { ...credential, accessToken: "of-another" }, previous: null };
    await room.vault.writeCredential(room.connection.id, pair, 1);
    expect(await access.token()).toBe("of-another");
  });

  it("asks once where many ask at once", async () => {
    await signIn();
    const access = await open();
    clock.advance(3_600_000);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => access.token()));
    expect(new Set(tokens).size).toBe(1);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it("keeps the refresh token where the answer brings none", async () => {
    server.set({ rotates: false, refreshToken: false });
    const { refreshToken } = await signIn();
    clock.advance(3_600_000);
    await (await open()).token();
    expect((await stored())?.credential).toMatchObject({ refreshToken });
  });

  it("goes on while it is good where the token endpoint is down, and asks again later", async () => {
    const credential = await signIn();
    const access = await open();
    clock.advance((3600 - 300) * 1000);
    server.answerNext({ status: 503, body: "<html>down</html>" });
    expect(await access.token()).toBe(credential.accessToken);
    expect(await access.token()).toBe(credential.accessToken);
    expect(server.tokenRequests).toHaveLength(1);
    clock.advance(16_000);
    expect(await access.token()).not.toBe(credential.accessToken);
  });

  it.each([
    ["503 with HTML", { status: 503, body: "<html>" }, "provider-unavailable", "later"],
    [
      "502 with JSON",
      { status: 502, body: '{"error":"bad_gateway"}' },
      "provider-unavailable",
      "later",
    ],
    [
      "429 with a wait",
      { status: 429, body: "{}", headers: { "retry-after": "7" } },
      "rate-limited",
      { afterSeconds: 7 },
    ],
    ["200 with HTML", { status: 200, body: "<html>" }, "provider-malformed", "later"],
    ["404 with HTML", { status: 404, body: "<html>" }, "provider-malformed", "later"],
    [
      "a temporary error",
      { status: 400, body: '{"error":"temporarily_unavailable"}' },
      "provider-unavailable",
      "later",
    ],
    [
      "a wrong request",
      { status: 400, body: '{"error":"invalid_request"}' },
      "provider-refused",
      "later",
    ],
  ])("that has ended and meets %s asks for no new sign-in", async (_name, answer, code, retry) => {
    await signIn();
    clock.advance(3_600_000);
    server.answerNext(answer);
    const { error } = await failure((await open()).token());
    expect(error).toMatchObject({ code, retry });
    expect(await status()).toBe("not-connected");
    // The grant is as good as before.
    expect(await (await open()).token()).toMatch(/^access-/);
  });

  it("ends in reauth-required and the command that repairs it where the grant is over", async () => {
    await signIn();
    server.end("grants");
    clock.advance(3_600_000);
    const { error } = await failure((await open()).token());
    expect(error).toMatchObject({
      code: "reauth-required",
      hint: "astralis reconnect notes --org acme",
      place: { org: "acme", connection: "notes" },
    });
    expect(await room.store.connections.get(room.connection.id)).toMatchObject({
      status: "error",
      reason: "reauth-required",
    });
  });

  it("leaves a pause in place where the grant turns out to be over", async () => {
    await signIn();
    server.end("grants");
    clock.advance(3_600_000);
    const access = await open();
    const paused = { status: "paused", reason: "by-user", lastError: null } as const;
    await room.store.connections.setStatus(room.connection.id, paused, "2026-11-02T00:00:00.000Z");
    expect((await failure(access.token())).error.code).toBe("reauth-required");
    expect(await status()).toBe("by-user");
  });

  it("is no more where the stored credential was damaged, and the connection says so", async () => {
    await signIn();
    const row = await room.store.credentials.get(room.connection.id);
    if (row === null) throw new Error("nothing was stored");
    await room.store.credentials.put({ ...row, ciphertext: `${row.ciphertext}AA` }, row.version);
    const { error } = await failure(open());
    expect(error).toMatchObject({ code: "credential-damaged", place: { connection: "notes" } });
    expect(await status()).toBe("reauth-required");
  });

  it("blames the application, not the grant, where the application is refused", async () => {
    await signIn();
    clock.advance(3_600_000);
    const { error, text } = await failure((await open({ clientSecret: "wrong-secret" })).token());
    expect(error.code).toBe("app-rejected");
    expect(text).not.toContain("wrong-secret");
    expect(await status()).toBe("not-connected");
  });

  it("tries the pair before once where the new one is not accepted", async () => {
    const credential = await signIn();
    const refused = {
      ...credential,
      accessToken: "unknown",
      refreshToken: "unknown",
      expiresAtMs: 1,
    };
    await room.vault.writeCredential(
      room.connection.id,
      { credential: refused, previous: credential },
      1,
    );
    const token = await (await open()).token();
    expect(server.tokenRequests.map((form) => form.get("refresh_token"))).toEqual([
      "unknown",
      credential.refreshToken,
    ]);
    expect(await stored()).toMatchObject({ credential: { accessToken: token }, previous: null });
  });

  it("uses what a person signed in anew while the old grant was being refused", async () => {
    await signIn();
    server.end("grants");
    clock.advance(3_600_000);
    let fresh: OAuthCredential | null = null;
    const access = await open({
      fetch: async (url, init) => {
        const response = await deps.fetch(url, init);
        fresh ??= await signIn();
        return response;
      },
    });
    const token = await access.token();
    expect(fresh).toMatchObject({ accessToken: token });
    expect(await status()).toBe("not-connected");
  });

  it("is refused where the connection is not signed in", async () => {
    const { error } = await failure(open());
    expect(error).toMatchObject({
      code: "not-connected",
      hint: "astralis connect notebook --connection notes --org acme",
    });
  });

  it("is sent to no origin but those it was issued for", async () => {
    await signIn();
    const other = await startAuthorizationServer();
    try {
      const { error } = await failure(open({ origin: other.origin }));
      expect(error).toMatchObject({
        code: "reauth-required",
        hint: "astralis reconnect notes --org acme",
      });
      expect(error.message).toContain(other.origin);
      expect(other.tokenRequests).toHaveLength(0);
      expect(await status()).toBe("reauth-required");
    } finally {
      await other.close();
    }
  });
});

describe("renew", () => {
  it("gives what the store holds where that is another one than was refused", async () => {
    const credential = await signIn();
    expect(await (await open()).renew("an older one")).toBe(credential.accessToken);
    expect(server.tokenRequests).toHaveLength(0);
  });

  it("refreshes where the refused one is the stored one, however long it seemed good", async () => {
    const credential = await signIn();
    expect(await (await open()).renew(credential.accessToken)).not.toBe(credential.accessToken);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it("asks for a new key where a key was refused", async () => {
    const key = { kind: "api-key", key: "key-ana-1", origins: [server.origin] } as const;
    await room.vault.replaceCredential(room.connection.id, key);
    const access = await open();
    expect(await access.token()).toBe("key-ana-1");
    const { error, text } = await failure(access.renew("key-ana-1"));
    expect(error).toMatchObject({
      code: "reauth-required",
      hint: "astralis reconnect notes --org acme",
    });
    expect(text).not.toContain("key-ana-1");
    expect(await status()).toBe("reauth-required");
  });
});

describe("watch", () => {
  it("drops the pair before once the provider took the new token, and not sooner", async () => {
    const credential = await signIn();
    const access = await open();
    const fetch = access.watch(deps.fetch);
    const me = (token: string) => fetch(`${server.origin}/me`, bearer(token));
    clock.advance(3_600_000);
    const token = await access.token();
    await me("another token");
    expect((await fetch(`${server.origin}/nowhere`, bearer(token))).ok).toBe(false);
    expect((await stored())?.previous).toEqual(credential);
    expect((await me(token)).status).toBe(200);
    expect((await stored())?.previous).toBeNull();
  });
});

describe("a process that ends at the worst moment", () => {
  const killed = new Error("killed");
  const neverSent: Fetch = async () => {
    throw killed;
  };

  it.each(["before the question", "after the new pair was stored"])(
    "%s leaves a connection that goes on",
    async (when) => {
      await signIn();
      clock.advance(3_600_000);
      const vault: Vault = {
        ...room.vault,
        writeCredential: async (...pair) => {
          await room.vault.writeCredential(...pair);
          throw killed;
        },
      };
      await expect(
        (await open(when === "before the question" ? { fetch: neverSent } : { vault })).token(),
      ).rejects.toThrow(/killed|cannot be reached/);
      clock.advance(120_000);
      const token = await (await open()).token();
      const answer = await deps.fetch(`${server.origin}/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(answer.status).toBe(200);
    },
  );

  it("while it holds the lease holds others up no longer than the lease lasts", async () => {
    await signIn();
    clock.advance(3_600_000);
    await room.store.leases.acquire(`refresh:${room.connection.id}`, "a killed process", 90_000);
    const before = clock.now();
    expect(await (await open()).token()).toMatch(/^access-/);
    expect(clock.now() - before).toBeLessThan(91_000);
  });

  it("between answer and store leaves what the older pair, or else a person, can repair", async () => {
    server.set({ rotates: false });
    const credential = await signIn();
    clock.advance(3_600_000);
    const vault: Vault = { ...room.vault, writeCredential: async () => Promise.reject(killed) };
    await expect((await open({ vault })).token()).rejects.toThrow("killed");
    expect((await stored())?.credential).toEqual(credential);
    expect(await (await open()).token()).toMatch(/^access-/);
  });
});

describe("a store that fails", () => {
  it("does not lose a pair that the provider issued and that exists nowhere else", async () => {
    const credential = await signIn();
    clock.advance(3_600_000);
    let failures = 2;
    const access = await open({
      vault: {
        ...room.vault,
        writeCredential: (...pair) => {
          failures -= 1;
          if (failures >= 0) throw new StoreError("store-unavailable", "the disk is full");
          return room.vault.writeCredential(...pair);
        },
      },
    });
    await expect(access.token()).rejects.toMatchObject({ code: "store-unavailable" });
    const token = await access.token();
    expect(token).not.toBe(credential.accessToken);
    expect(server.tokenRequests).toHaveLength(1);
    expect(await stored()).toMatchObject({
      credential: { accessToken: token },
      previous: credential,
    });
  });
});

describe("secrets", () => {
  it("stand in no error and no line of the log", async () => {
    const credential = await signIn();
    clock.advance(3_600_000);
    const secrets = [credential.accessToken, credential.refreshToken ?? "", server.clientSecret];
    const odd = JSON.stringify({ access_token: "fresh-access", refresh_token: "fresh-refresh" });
    const answers = [
      { status: 200, body: odd },
      { status: 400, body: odd },
      {
        status: 400,
        body: JSON.stringify({ error: "invalid_grant", error_description: secrets.join(" ") }),
      },
    ];
    for (const answer of answers) {
      server.answerNext(answer);
      const { text } = await failure((await open()).token());
      const all = `${text} ${JSON.stringify(lines)}`;
      for (const secret of [...secrets, "fresh-access", "fresh-refresh"])
        expect(all).not.toContain(secret);
    }
  });
});
