import { afterEach, describe, expect, it } from "vitest";
import { isRecord } from "../../../../src/lib/json.ts";
import { gmail } from "../../../../src/providers/gmail/index.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import { signIn } from "../../../conformance/provider-gmail-records.ts";
import { cursorNow, openRoom, pullAll, type Room } from "../../../conformance/provider-room.ts";

const rooms: Room[] = [];

async function enter(clients: number): Promise<Room> {
  const room = await openRoom({ provider: "gmail", vendor: "google", signIn }, { clients });
  rooms.push(room);
  return room;
}

/** As Google words it. */
const staleEtag = {
  error: {
    code: 400,
    message:
      "Request person.etag is different than the current person.etag. Clear local cache and get the latest person.",
    status: "FAILED_PRECONDITION",
  },
};

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

/** The account's owner at work in Google's own contacts. */
async function call(room: Room, method: string, path: string, body?: object) {
  const token = room.sandbox.describe().credentials["access_token"];
  const response = await fetch(`${room.sandbox.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok || !isRecord(answer)) throw new Error(`${method} ${path}: ${response.status}`);
  return answer;
}

/** A contact that holds much that is not ours. */
async function createRich(room: Room): Promise<string> {
  const created = await call(room, "POST", "/v1/people:createContact?personFields=names", {
    names: [{ givenName: "Ana", familyName: "Berg", phoneticGivenName: "Ana" }],
    emailAddresses: [{ value: "ana@example.com", type: "work" }, { value: "ana@home.example" }],
    phoneNumbers: [{ value: "+49 30 1", type: "mobile" }, { value: "+49 30 2" }],
    organizations: [{ name: "Acme", title: "Owner" }],
    birthdays: [{ date: { year: 1980, month: 5, day: 1 } }],
    nicknames: [{ value: "Annie" }],
    clientData: [{ key: "other-app", value: "42" }],
  });
  return String(created["resourceName"]);
}

async function see(room: Room, externalId: string): Promise<Observation> {
  const [found] = await room.clients.get([externalId]);
  if (found?.kind !== "found") throw new Error(`it is ${found?.kind}`);
  return found.observation;
}

function update(room: Room, seen: Observation, changes: Observation["fields"]) {
  const { externalId, version, fields } = seen;
  return room.clients.update({ externalId, changes, expected: { version, fields }, key: "k" });
}

describe("an update of a Google contact", () => {
  it("leaves everything alone that is not ours", async () => {
    const room = await enter(0);
    const name = await createRich(room);
    const fields =
      "names,emailAddresses,phoneNumbers,organizations,birthdays,nicknames,clientData,memberships";
    const before = await call(room, "GET", `/v1/${name}?personFields=${fields}`);
    const seen = await see(room, name);
    expect(seen.emails).toEqual(["ana@example.com", "ana@home.example"]);
    const changes = {
      name: "Ana Stark",
      email: "stark@example.com",
      phone: null,
      company: "Umbrella",
    };
    expect((await update(room, seen, changes)).kind).toBe("done");
    const after = await call(room, "GET", `/v1/${name}?personFields=${fields}`);
    for (const list of ["birthdays", "nicknames", "clientData", "memberships"])
      expect(after[list]).toEqual(before[list]);
    expect(after).toMatchObject({
      names: [{ givenName: "Ana", familyName: "Stark", phoneticGivenName: "Ana" }],
      emailAddresses: [{ value: "stark@example.com", type: "work" }, { value: "ana@home.example" }],
      phoneNumbers: [{ value: "+49 30 2" }],
      organizations: [{ name: "Umbrella", title: "Owner" }],
    });
  });

  it("goes through where Google refuses a fresh etag once", async () => {
    const room = await enter(1);
    const [seen] = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    if (seen === undefined) throw new Error("nothing is seeded");
    let refusals = 0;
    room.intercept(async (path, send) => {
      if (!path.endsWith(":updateContact") || refusals > 0) return send();
      refusals += 1;
      return new Response(JSON.stringify(staleEtag), { status: 400 });
    });
    expect((await update(room, seen, { name: "Ana" })).kind).toBe("done");
    expect(refusals).toBe(1);
  });

  it("is stale where somebody writes between its read and its write", async () => {
    const room = await enter(0);
    const name = await createRich(room);
    const seen = await see(room, name);
    let reads = 0;
    const person = await call(room, "GET", `/v1/${name}?personFields=metadata,names`);
    const { etag, metadata } = person;
    const edit = () =>
      call(room, "PATCH", `/v1/${name}:updateContact?updatePersonFields=phoneNumbers`, {
        etag,
        metadata,
        phoneNumbers: [{ value: "+49 30 3" }],
      });
    room.intercept(async (path, send) => {
      const answer = await send();
      if (path === `/v1/${name}` && (reads += 1) === 1) await edit();
      return answer;
    });
    const answer = await update(room, seen, { name: "Ana Stark" });
    expect(answer).toMatchObject({ kind: "stale", observation: { fields: { phone: "+49 30 3" } } });
    expect(reads).toBe(2);
    expect((await see(room, name)).fields["name"]).toBe("Ana Berg");
  });
});

describe("a look-up of Google contacts", () => {
  it("finds the others where Google refuses all for one that is unknown", async () => {
    const room = await enter(2);
    const seen = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    const [first, second] = seen.map((one) => one.externalId);
    let asked = 0;
    room.intercept(async (_path, send) => {
      const answer = await send();
      asked += 1;
      const refused = asked === 1 || (await answer.clone().text()).includes("people/c0");
      return refused ? new Response('{"error":{"code":404}}', { status: 404 }) : answer;
    });
    const lookups = await room.clients.get([first ?? "", "people/c0", second ?? ""]);
    expect(lookups.map((one) => one.kind)).toEqual(["found", "gone", "found"]);
  });
});

describe("a Google contact under another name", () => {
  it("is told as merged, wherever the old name is met", async () => {
    const room = await enter(3);
    const cursor = await cursorNow(room.clients);
    const name = await createRich(room);
    const seen = await see(room, name);
    room.clock.advance(60_000);
    room.sandbox.control.changeVendor({ rename_person: name });
    const [lookup] = await room.clients.get([name]);
    const into = lookup?.kind === "merged" ? lookup.into : "";
    expect(into).toMatch(/^people\/c/);
    expect(into).not.toBe(name);
    expect(await update(room, seen, { name: "Ana" })).toEqual({ kind: "gone", mergedInto: into });
    const told = (await pullAll(room.clients, cursor)).flatMap((page) => page.observations);
    const redirect = told.find((one) => one.externalId === name);
    expect(redirect).toMatchObject({ state: "deleted", mergedInto: into, fields: {} });
    expect(told.find((one) => one.externalId === into)?.fields["name"]).toBe("Ana Berg");
  });
});

describe("a listing of Google's contacts", () => {
  it("starts anew where Google no longer knows the sync token", async () => {
    const room = await enter(2);
    const cursor = await cursorNow(room.clients);
    room.sandbox.control.expireCursors();
    const page = await room.clients.pull({ cursor, page: null });
    expect(page).toEqual({ observations: [], bad: [], next: { kind: "expired" } });
  });

  it("starts anew, without asking, with a cursor of other parameters or of a full listing too long ago", async () => {
    const room = await enter(2);
    const cursor = await cursorNow(room.clients);
    room.sandbox.control.clearLedger();
    const changed = cursor.replace(/"parameters":"[^"]+"/, '"parameters":"others"');
    expect((await room.clients.pull({ cursor: changed, page: null })).next.kind).toBe("expired");
    room.clock.advance(6.5 * 86_400_000);
    expect((await room.clients.pull({ cursor, page: null })).next.kind).toBe("expired");
    expect(room.served().requests).toBe(0);
  });

  it("keeps out what profiles say", async () => {
    const room = await enter(12);
    const seen = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    expect(seen.filter((one) => String(one.fields["name"]).includes("(profile)"))).toEqual([]);
  });
});

describe("signing in to Google", () => {
  it("asks for no more than the direction needs, and for a refresh token", () => {
    const [way] = gmail.signIn;
    const scopes = (direction: "both" | "pull" | "push") =>
      way?.kind === "oauth" ? way.scopes(["clients", "activities"], direction) : [];
    expect(scopes("pull")).toEqual(["https://www.googleapis.com/auth/contacts.readonly"]);
    expect(scopes("both")).toEqual(["https://www.googleapis.com/auth/contacts"]);
    expect(way).toMatchObject({
      identityScopes: ["openid", "email"],
      authorizeParameters: { access_type: "offline", prompt: "consent" },
      redirectPath: "/",
      refreshToken: "required",
    });
  });

  it("knows the account by its id and its address", async () => {
    const room = await enter(0);
    const account = await room.open().account();
    expect(account.name).toBe(room.sandbox.describe().credentials["account"]);
    expect(account.id).toMatch(/^\d+$/);
  });
});
