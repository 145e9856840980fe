import { describe, expect, it } from "vitest";
import { BadInput } from "../../../../src/sandbox/kit/input.ts";
import type { SandboxAnswer } from "../../../../src/sandbox/kit/vendor.ts";
import { isShared, seededPerson } from "../../../../src/sandbox/kit/people.ts";
import {
  at,
  contactsScope,
  createRoom,
  listAt,
  makeContact,
  signIn,
  textAt,
} from "./google-room.ts";

const people = "/v1/people/me/connections";
const query = { personFields: "names,emailAddresses,metadata" };

describe("a seeded Google", () => {
  it("is the same for the same seed, ids included, and another one for another seed", () => {
    const [first, again, other] = [1, 1, 2].map((seed) =>
      createRoom({ seed, clients: 30 }).vendor.state(),
    );
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
  });

  it("has as many clients as asked for in the first account, and a few others in the second", () => {
    const room = createRoom({ clients: 30 });
    expect(listAt(room.vendor.state(), "accounts.0.contacts")).toHaveLength(30);
    expect(listAt(room.vendor.state(), "accounts.1.contacts")).toHaveLength(3);
    const token = String(signIn(room, { login_hint: "other@acme.test" }).body["access_token"]);
    const listed = room.call("GET", people, { query, token });
    expect(listAt(listed.body, "connections")).toHaveLength(3);
  });

  it("shares the people that every vendor has, with the names they are shown by", () => {
    const contacts = listAt(
      createRoom({ seed: 7, clients: 60 }).vendor.state(),
      "accounts.0.contacts",
    );
    for (let index = 0; index < 60; index += 1) {
      const person = seededPerson("google", 7, index);
      expect(at(contacts[index], "emailAddresses.0.value")).toBe(person.email);
      expect(at(contacts[index], "names.0.displayName")).toBe(person.name);
      const elsewhere = seededPerson("stripe", 7, index);
      expect(person.email === elsewhere.email).toBe(isShared(index));
    }
  });

  it("keeps grants and settings when it is made anew", () => {
    const room = createRoom({ clients: 3 });
    room.vendor.changeSettings?.({ testing_mode: true });
    const token = String(signIn(room).body["access_token"]);
    room.vendor.reset({ seed: 2, clients: 5 });
    expect(listAt(room.call("GET", people, { query, token }).body, "connections")).toHaveLength(5);
    expect(room.vendor.settings?.()).toMatchObject({ testing_mode: true });
  });
});

describe("authorization of the People API", () => {
  it("refuses a missing token and one that ended, each in its way", () => {
    const room = createRoom();
    expect(room.call("GET", people, { query, token: null })).toMatchObject({
      status: 401,
      headers: { "WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"' },
      body: {
        error: {
          code: 401,
          status: "UNAUTHENTICATED",
          details: [{ reason: "CREDENTIALS_MISSING" }],
        },
      },
    });
    const expired = room.call("GET", people, { query, token: "ya29.x" });
    expect(expired).toMatchObject({ status: 401, body: { error: { status: "UNAUTHENTICATED" } } });
    expect(expired.headers["WWW-Authenticate"]).toContain('error="invalid_token"');
    expect(textAt(expired.body, "error.message")).toMatch(
      /^Request had invalid authentication credentials\. /,
    );
  });

  it("refuses a token whose scopes do not suffice, for reads and for writes", () => {
    const room = createRoom();
    const identity = String(signIn(room, { scope: "openid email" }).body["access_token"]);
    const readonly = String(
      signIn(room, { scope: `${contactsScope}.readonly` }).body["access_token"],
    );
    const create = (token: string) =>
      room.call("POST", "/v1/people:createContact", { json: {}, token });
    expect(room.call("GET", people, { query, token: identity })).toMatchObject({
      status: 403,
      body: {
        error: {
          message: "Request had insufficient authentication scopes.",
          status: "PERMISSION_DENIED",
          details: [
            {
              "@type": "type.googleapis.com/google.rpc.ErrorInfo",
              reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
              domain: "googleapis.com",
              metadata: { method: "google.people.v1.PeopleService.ListConnections" },
            },
          ],
        },
      },
    });
    expect(room.call("GET", people, { query, token: readonly }).status).toBe(200);
    expect(create(readonly).status).toBe(403);
    expect(create(String(signIn(room).body["access_token"])).status).toBe(200);
  });
});

describe("limits", () => {
  it("answer 429 to more requests of an operation in a second than the world allows", () => {
    const room = createRoom();
    room.world.rateLimit = 2;
    const statuses = () => [1, 2, 3].map(() => room.call("GET", people, { query }).status);
    expect(statuses()).toEqual([200, 200, 429]);
    expect(room.call("GET", "/v1/contactGroups").status).toBe(200);
    room.world.nowMs += 1000;
    expect(statuses()).toEqual([200, 200, 429]);
    expect(room.call("GET", people, { query }).body).toMatchObject({
      error: { status: "RESOURCE_EXHAUSTED", details: [{ reason: "RATE_LIMIT_EXCEEDED" }, {}] },
    });
  });

  it("count writes of one user that overlap, and refuse them where the settings say so", () => {
    const room = createRoom();
    room.world.holdsAnswers = true;
    const create = () => room.call("POST", "/v1/people:createContact", { json: {} });
    expect([create().status, create().status]).toEqual([200, 200]);
    expect(room.call("GET", people, { query }).status).toBe(200);
    expect(at(room.vendor.state(), "overlapping_writes")).toBe(1);
    room.vendor.changeSettings?.({ refuse_concurrent_writes: true });
    expect(create()).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
    for (let number = 1; number <= 5; number += 1) room.vendor.answered?.(number);
    expect(create().status).toBe(200);
  });
});

describe("settings", () => {
  it("refuse names and values that they do not know, and change nothing then", () => {
    const room = createRoom();
    for (const changes of [
      { testing_mode: "yes" },
      { untick_scopes: [1] },
      { toString: true },
      { testing_mode: true, other: 1 },
      { rename_person: "people/c1" },
    ])
      expect(() => room.vendor.changeSettings?.(changes)).toThrow(BadInput);
    expect(room.vendor.settings?.()).toMatchObject({ testing_mode: false, untick_scopes: [] });
  });
});

describe("answers for faults", () => {
  it("have the form of the place", () => {
    expect(faultAt(people, 429)).toMatchObject({
      status: 429,
      headers: { "Retry-After": "7", "Content-Type": "application/json; charset=UTF-8" },
      body: { error: { status: "RESOURCE_EXHAUSTED" } },
    });
    expect(faultAt(people, 503).body).toMatchObject({ error: { status: "UNAVAILABLE" } });
    expect(faultAt(people, 502).body).toMatch(/^<!DOCTYPE html>/);
    expect(faultAt("/token", 400).body).toMatchObject({ error: "invalid_grant" });
    expect(faultAt("/token", 500).body).toMatchObject({ error: "internal_failure" });
    expect(faultAt("/v1/nowhere", 404).body).toMatch(/^<!DOCTYPE html>/);
    expect(faultAt("/v1/people/c1", 404).body).toMatchObject({ error: { status: "NOT_FOUND" } });
  });
});

describe("requests", () => {
  it("to what is nowhere are not handled", () => {
    const room = createRoom();
    expect(room.call("GET", "/v1/otherContacts").text).toMatch(/^<!DOCTYPE html>/);
    expect(room.call("PUT", people).status).toBe(404);
  });

  it("name the operation by its template, refused ones too", () => {
    const room = createRoom();
    expect(room.call("GET", people).template).toBe("/v1/people/{peopleId}/connections");
    expect(room.call("GET", "/v1/people/c1", { query }).template).toBe("/v1/people/{peopleId}");
    expect(room.call("GET", "/v1/people/%E0", { query }).status).toBe(404);
  });

  it("with a body that is no JSON, or a parameter that is not simulated, are refused", () => {
    const room = createRoom();
    const headers = { authorization: `Bearer ${room.credential("access_token")}` };
    const answer = room.vendor.handle({
      method: "POST",
      path: "/v1/people:createContact",
      query: new URLSearchParams(),
      headers,
      body: Buffer.from("{"),
      number: 1,
    });
    expect(answer?.status).toBe(400);
    expect(room.call("GET", people, { query: { ...query, fields: "connections" } }).status).toBe(
      400,
    );
    expect(
      room.call("GET", people, { query: { ...query, alt: "json", prettyPrint: "false" } }).status,
    ).toBe(200);
  });

  it("carry a contact of ten megabytes", () => {
    const value = "x".repeat(10_000_000);
    const person = makeContact(createRoom(), { biographies: [{ value }] });
    expect(textAt(person, "biographies.0.value")).toHaveLength(value.length);
  });
});

function faultAt(path: string, status: number): SandboxAnswer {
  return createRoom().vendor.errorAnswer(status, { path, retryAfterSeconds: 7 });
}
