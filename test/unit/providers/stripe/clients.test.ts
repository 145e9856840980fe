import { afterEach, describe, expect, it } from "vitest";
import { AuthError } from "../../../../src/lib/errors.ts";
import { isRecord } from "../../../../src/lib/json.ts";
import { stripe } from "../../../../src/providers/stripe/index.ts";
import {
  cursorNow,
  cursorOf,
  openRoom,
  pullAll,
  type Room,
} from "../../../conformance/provider-room.ts";

const rooms: Room[] = [];

async function enter(clients: number, key = "api_key"): Promise<Room> {
  const room = await openRoom(
    {
      provider: "stripe",
      vendor: "stripe",
      signIn: async (sandbox) => sandbox.describe().credentials[key] ?? "",
    },
    { clients },
  );
  rooms.push(room);
  return room;
}

/** Somebody else at work in the same account. */
async function call(room: Room, method: string, path: string, form: Record<string, string> = {}) {
  const { credentials } = room.sandbox.describe();
  const response = await fetch(`${room.sandbox.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${credentials["secret_key"]}` },
    ...(method === "POST" ? { body: new URLSearchParams(form) } : {}),
  });
  const body: unknown = await response.json();
  if (!response.ok || !isRecord(body)) throw new Error(`${method} ${path}: ${response.status}`);
  return body;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

describe("a full listing of Stripe's customers", () => {
  it("goes on where a page ended whose last customer is gone by then", async () => {
    const room = await enter(230);
    const first = await room.clients.pull({ cursor: null, page: null });
    const ids = first.observations.map((seen) => seen.externalId);
    await call(room, "DELETE", `/v1/customers/${ids.at(-1)}`);
    const page = first.next.kind === "more" ? first.next.page : null;
    const second = await room.clients.pull({ cursor: null, page });
    const third = await room.clients.pull({
      cursor: null,
      page: second.next.kind === "more" ? second.next.page : null,
    });
    const later = [second, third].flatMap((next) => next.observations.map((o) => o.externalId));
    expect(new Set([...ids, ...later]).size).toBe(230);
    expect(third.next.kind).toBe("complete");
  });
});

describe("an incremental listing of Stripe's customers", () => {
  it("reads a customer once, however often it was changed", async () => {
    const room = await enter(5);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(60_000);
    const { id } = await call(room, "POST", "/v1/customers", { name: "Ana" });
    for (const name of ["Anna", "Anne", "Annie"])
      await call(room, "POST", `/v1/customers/${String(id)}`, { name });
    room.sandbox.control.clearLedger();
    const [page] = await pullAll(room.clients, cursor);
    expect(page?.observations.map((seen) => seen.fields["name"])).toEqual(["Annie"]);
    expect(room.served().requests).toBe(2);
  });

  it("reads nothing again at once, though the next pass overlaps", async () => {
    const room = await enter(5);
    const cursor = await cursorNow(room.clients);
    await call(room, "POST", "/v1/customers", { name: "Ana" });
    const [first] = await pullAll(room.clients, cursor);
    expect(first?.observations.length).toBe(1);
    room.sandbox.control.clearLedger();
    const [second] = await pullAll(room.clients, cursorOf(first));
    expect(second?.observations).toEqual([]);
    expect(room.served().requests).toBe(1);
  });

  it("passes over changes of what is not ours", async () => {
    const room = await enter(1);
    const [all] = await pullAll(room.clients, null);
    const [customer] = all?.observations ?? [];
    const path = `/v1/customers/${customer?.externalId}`;
    room.clock.advance(60_000);
    await call(room, "POST", path, { "preferred_locales[0]": "de" });
    const [page] = await pullAll(room.clients, cursorOf(all));
    expect(page?.observations).toEqual([]);
    room.clock.advance(60_000);
    await call(room, "POST", path, { "metadata[tier]": "gold" });
    const [next] = await pullAll(room.clients, cursorOf(page));
    expect(next?.observations.length).toBe(1);
  });

  it("reads on over several pages of events", async () => {
    const room = await enter(3);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(60_000);
    for (let count = 0; count < 130; count += 1)
      await call(room, "POST", "/v1/customers", { name: `Client ${count}` });
    const pages = await pullAll(room.clients, cursor);
    expect(pages.length).toBe(2);
    const seen = pages.flatMap((page) => page.observations.map((one) => one.externalId));
    expect(new Set(seen).size).toBe(130);
    room.sandbox.control.clearLedger();
    const again = await pullAll(room.clients, cursorOf(pages.at(-1)));
    expect(again.flatMap((page) => page.observations)).toEqual([]);
  });
});

describe("a write to Stripe", () => {
  it("leaves metadata of others alone", async () => {
    const room = await enter(0);
    const { id } = await call(room, "POST", "/v1/customers", { name: "Ana", "metadata[a]": "b" });
    const [found] = await room.clients.get([String(id)]);
    const seen = found?.kind === "found" ? found.observation : null;
    const expected = { version: null, fields: seen?.fields ?? {} };
    const changes = { name: "Anna" };
    await room.clients.update({ externalId: String(id), changes, expected, key: "k" });
    expect(await call(room, "GET", `/v1/customers/${String(id)}`)).toMatchObject({
      name: "Anna",
      metadata: { a: "b" },
    });
  });

  it("that Stripe refuses is told by parameter and code, without the value", async () => {
    const room = await enter(0);
    const answer = await room.clients.create({
      fields: { email: "not an address" },
      ownId: "0190",
      key: "k",
    });
    expect(answer).toEqual({
      kind: "refused",
      message: "Stripe does not accept the customer's email (email_invalid)",
    });
  });

  it("under a key that another create took is neither done nor refused", async () => {
    const room = await enter(0);
    const request = { fields: { name: "Ana" }, ownId: "0190", key: "k" };
    await room.clients.create(request);
    await expect(room.clients.create({ ...request, ownId: "0191" })).rejects.toMatchObject({
      code: "provider-refused",
      executed: "unknown",
    });
  });
});

describe("signing in to Stripe", () => {
  it("reads the account by its own id", async () => {
    const room = await enter(0);
    const account = await room.open().account();
    expect(account.id).toBe(room.sandbox.describe().credentials["account"]);
  });

  it("works with a key that may not read the account, known by a mark of the key", async () => {
    const room = await enter(0, "read_only_key");
    const account = await room.open().account();
    expect(account.id).toMatch(/^key-[0-9a-f]{16}$/);
    expect((await room.open().account()).id).toBe(account.id);
    const key = room.sandbox.describe().credentials["read_only_key"] ?? "";
    expect(JSON.stringify(account)).not.toContain(key.slice(-8));
  });

  it("with a key that does not exist needs a person", async () => {
    const room = await enter(0, "account");
    await expect(room.open().account()).rejects.toBeInstanceOf(AuthError);
  });

  it("takes keys that can be used here, and says what is wrong with others", () => {
    const [signIn] = stripe.signIn;
    const check = (key: string) => (signIn?.kind === "api-key" ? signIn.check(key) : "");
    expect(check("rk_live_51AbCdEfGhIj")).toBe(null);
    expect(check("sk_test_51AbCdEfGhIj")).toBe(null);
    expect(check("pk_live_51AbCdEfGhIj")).toMatch(/publishable/);
    expect(check("whsec_AbCdEfGhIj")).toMatch(/webhook/);
    for (const key of ["", "hello", "rk_", "rk_live_51AbC dEf", "rk_live_51AbC\nrk_live"]) {
      expect(check(key)).not.toBe(null);
      expect(check(key)).not.toContain("51AbC");
    }
  });

  it("asks Connect for no more than the direction needs", () => {
    const connect = stripe.signIn.find((way) => way.kind === "oauth");
    expect(connect?.scopes(["clients"], "pull")).toEqual(["read_only"]);
    expect(connect?.scopes(["clients"], "both")).toEqual(["read_write"]);
  });
});
