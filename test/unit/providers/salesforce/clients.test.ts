import { afterEach, describe, expect, it } from "vitest";
import type { Room, RoomOptions } from "../../../conformance/provider-room.ts";
import { signIn } from "../../../conformance/provider-salesforce-records.ts";
import { createDeps } from "../../../support/signed-in-room.ts";
import {
  addContact,
  call,
  contactOf,
  createOf,
  enterSalesforce,
  observed,
  see,
  updateOf,
} from "./salesforce-room.ts";

const rooms: Room[] = [];

async function enter(options: RoomOptions = {}): Promise<Room> {
  const room = await enterSalesforce({ clients: 0, ...options });
  rooms.push(room);
  return room;
}

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "it succeeded",
    (error: unknown) => error,
  );
}

describe("a create in Salesforce", () => {
  it("fills the last name where the client has no name, and reads none", async () => {
    const room = await enter();
    const seen = observed(await room.clients.create(createOf({ email: "a@example.com" })));
    expect(seen.fields["name"]).toBe(null);
    expect(contactOf(room, seen.externalId)["LastName"]).toBe("[not provided]");
  });

  it("that a duplicate rule forbids names the one contact of the same address", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg", Email: "ana@example.com" });
    room.sandbox.control.changeVendor({ duplicate_rule: true });
    const twin = await room.clients.create(createOf({ name: "Ana", email: "ana@example.com" }));
    expect(twin).toEqual({ kind: "exists", externalId: id });
  });

  it("is refused by a duplicate rule that names several, or none", async () => {
    const room = await enter();
    const request = createOf({ name: "Ana", email: "ana@example.com" });
    await addContact(room, { LastName: "Berg", Email: "ana@example.com" });
    await addContact(room, { LastName: "Tal", Email: "ana@example.com" });
    room.sandbox.control.changeVendor({ duplicate_rule: true });
    const refused = {
      kind: "refused",
      message: "a duplicate rule of the Salesforce org forbids this contact (DUPLICATES_DETECTED)",
    };
    expect(await room.clients.create(request)).toEqual(refused);
    room.intercept(async (_path, send) => {
      const response = await send();
      if (response.status !== 400) return response;
      const body = [{ errorCode: "DUPLICATES_DETECTED", message: "ana@example.com", fields: [] }];
      return new Response(JSON.stringify(body), { status: 400 });
    });
    expect(await room.clients.create(request)).toEqual(refused);
  });

  it("is not the one with another address that a fuzzy rule named", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg", Email: "other@example.com" });
    room.intercept(async (path, send) => {
      if (!path.endsWith("v66.0/sobjects/Contact")) return send();
      // An older spelling of the same member.
      const match = { matchRecords: [{ record: { Id: id } }] };
      const problem = { errorCode: "DUPLICATES_DETECTED", message: "", fields: [] };
      const body = [{ ...problem, duplicateResut: { matchResults: [match] } }];
      return new Response(JSON.stringify(body), { status: 400 });
    });
    const request = createOf({ name: "Berg", email: "ana@example.com" });
    expect((await room.clients.create(request)).kind).toBe("refused");
  });

  it("whose read-back fails is not known to have failed", async () => {
    const room = await enter();
    for (const [status, code] of [
      [503, "provider-unavailable"],
      [401, "provider-malformed"],
    ] as const) {
      const body = [{ errorCode: "X", message: "" }];
      room.intercept(async (path, send) =>
        path.includes("/composite/") ? new Response(JSON.stringify(body), { status }) : send(),
      );
      expect(await failureOf(room.clients.create(createOf({ name: "Ana" })))).toMatchObject({
        code,
        executed: "unknown",
      });
    }
  });

  it("is found again by its address, whatever characters it has", async () => {
    const room = await enter();
    const email = "o'neil@example.com";
    await room.clients.create(createOf({ name: "O'Neil", email }));
    const found = await room.clients.find({
      ownId: "0190",
      emails: [email, "a\\'\"b@example.com"],
    });
    expect(found.map((seen) => seen.emails)).toEqual([[email]]);
    room.sandbox.control.clearLedger();
    expect(await room.clients.find({ ownId: "0190", emails: [] })).toEqual([]);
    expect(room.served().requests).toBe(0);
  });
});

describe("a write that the org's rules forbid", () => {
  it.each([
    [
      { phone_rule: true },
      { name: "Ana" },
      "a validation rule of the Salesforce org forbids it (FIELD_CUSTOM_VALIDATION_EXCEPTION)",
    ],
    [
      { country_picklist: true },
      { name: "Ana", country: "atlantis" },
      "the Salesforce org takes entries of its own list alone (MailingCountry; FIELD_INTEGRITY_EXCEPTION)",
    ],
    [
      {},
      { name: "Ana", email: "not an address" },
      "Salesforce does not accept the address (Email; INVALID_EMAIL_ADDRESS)",
    ],
  ])("is refused in our words: %j", async (settings, fields, message) => {
    const room = await enter();
    room.sandbox.control.changeVendor(settings);
    expect(await room.clients.create(createOf(fields))).toEqual({ kind: "refused", message });
  });

  it("because only this contact may not be edited is no missing permission of the grant", async () => {
    const room = await enter();
    const seen = await see(room, await addContact(room, { LastName: "Berg" }));
    room.intercept(async (path, send) => {
      if (!path.includes("/sobjects/Contact/")) return send();
      const body = [{ errorCode: "INSUFFICIENT_ACCESS_OR_READONLY", message: "", fields: [] }];
      return new Response(JSON.stringify(body), { status: 403 });
    });
    expect(await room.clients.update(updateOf(seen, { name: "Tal" }))).toEqual({
      kind: "refused",
      message: "the Salesforce user may not write this contact (INSUFFICIENT_ACCESS_OR_READONLY)",
    });
  });

  it("for the moment, since the row is locked, can be tried again and was not carried out", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ locked_writes: 1 });
    expect(await failureOf(room.clients.create(createOf({ name: "Ana" })))).toMatchObject({
      code: "provider-unavailable",
      executed: "no",
      retry: { afterSeconds: 5 },
    });
    expect((await room.clients.create(createOf({ name: "Ana" }))).kind).toBe("done");
  });
});

describe("an update in Salesforce", () => {
  it("leaves alone what it does not change", async () => {
    const room = await enter({ clients: 12 });
    const id = await addContact(room, {
      FirstName: "Ana",
      LastName: "von Berg",
      MobilePhone: "+49 170 1",
      Title: "Owner",
      MailingStreet: "Am Markt 3\r\nHinterhaus\r\n2. OG",
    });
    const before = contactOf(room, id);
    room.sandbox.control.clearLedger();
    const seen = await see(room, id);
    expect(seen.phones).toEqual(["+49 170 1"]);
    observed(await room.clients.update(updateOf(seen, { name: "Ana von Stein" })));
    const [patch] = room.sandbox.control.ledger().filter(({ method }) => method === "PATCH");
    expect(patch?.body).toBe('{"LastName":"von Stein"}');
    const { LastName, Name, ...others } = before;
    expect([LastName, Name]).toEqual(["von Berg", "Ana von Berg"]);
    expect(contactOf(room, id)).toMatchObject({ ...others, LastName: "von Stein" });
  });

  it("is conditional, and stale where the contact was edited after it was read", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg", Phone: "1" });
    const seen = await see(room, id);
    room.clock.advance(60_000);
    let edits = 0;
    room.intercept(async (path, send) => {
      if (path.endsWith(id) && edits < 1) {
        edits += 1;
        await call(room, "PATCH", `/sobjects/Contact/${id}`, { Phone: "2" });
      }
      return send();
    });
    const answer = await room.clients.update(updateOf(seen, { name: "Tal" }));
    expect(answer).toMatchObject({ kind: "stale", observation: { fields: { phone: "2" } } });
    expect(contactOf(room, id)).toMatchObject({ LastName: "Berg", Phone: "2" });
  });

  it("goes on where only another field was edited meanwhile", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg" });
    const seen = await see(room, id);
    room.clock.advance(60_000);
    let edits = 0;
    room.intercept(async (path, send) => {
      if (path.endsWith(id) && edits < 1) {
        edits += 1;
        await call(room, "PATCH", `/sobjects/Contact/${id}`, { Title: "Owner" });
        room.clock.advance(1000);
      }
      return send();
    });
    expect((await room.clients.update(updateOf(seen, { name: "Tal" }))).kind).toBe("done");
    expect(contactOf(room, id)).toMatchObject({ LastName: "Tal", Title: "Owner" });
  });

  it("of a contact that was merged says into which one, as the look-up does", async () => {
    const room = await enter();
    const winner = await addContact(room, { LastName: "Winner" });
    const loser = await addContact(room, { LastName: "Loser" });
    const seen = await see(room, loser);
    room.sandbox.control.changeVendor({ merge_contacts: { winner, losers: [loser] } });
    expect(await room.clients.update(updateOf(seen, { name: "x" }))).toEqual({
      kind: "gone",
      mergedInto: winner,
    });
    expect(await room.clients.remove(loser)).toEqual({ kind: "gone", mergedInto: winner });
    expect(await room.clients.get([loser, winner, "not an id"])).toMatchObject([
      { kind: "merged", externalId: loser, into: winner },
      { kind: "found" },
      { kind: "gone", externalId: "not an id" },
    ]);
  });

  it("of a contact whose recycle bin was emptied says that it is gone", async () => {
    const room = await enter();
    const id = await addContact(room, { LastName: "Berg" });
    await call(room, "DELETE", `/sobjects/Contact/${id}`);
    room.sandbox.control.changeVendor({ empty_recycle_bin: true });
    expect(await room.clients.get([id])).toEqual([{ kind: "gone", externalId: id }]);
    expect(await room.clients.remove(id)).toEqual({ kind: "gone", mergedInto: null });
  });
});

describe("the session", () => {
  it("asks where the sign-in said that the API is, also after that changed", async () => {
    const room = await enter();
    const { origin } = room.sandbox;
    const elsewhere = origin.replace("127.0.0.1", "localhost");
    const hosts: unknown[] = [];
    const token = await signIn(room.sandbox);
    let apiOrigin: string | null = null;
    const session = room.provider.open({
      deps: createDeps(room.clock),
      endpoints: { api: origin },
      access: {
        token: async () => token,
        renew: async () => token,
        accountHint: null,
        get apiOrigin() {
          return apiOrigin;
        },
      },
    });
    for (const next of [null, elsewhere, origin]) {
      apiOrigin = next;
      await session.clients?.pull({ cursor: null, page: null });
      hosts.push(`http://${room.sandbox.control.ledger().at(-1)?.headers["host"]}`);
    }
    expect(hosts).toEqual([origin, elsewhere, origin]);
  });

  it("says which fields the user must be allowed to read", async () => {
    const room = await enter();
    room.intercept(async () => {
      const body = [{ errorCode: "INVALID_FIELD", message: "No such column 'MobilePhone'" }];
      return new Response(JSON.stringify(body), { status: 400 });
    });
    const error = await failureOf(room.clients.pull({ cursor: null, page: null }));
    expect(error).toMatchObject({ code: "provider-forbidden" });
    expect(error).toMatchObject({ hint: expect.stringContaining("MobilePhone") });
  });

  it("knows the org, and by the sign-in alone where the org may not be read", async () => {
    const room = await enter({
      access: { accountHint: "https://login.salesforce.com/id/00D000000000001EAA/005000000000001" },
    });
    const { credentials } = room.sandbox.describe();
    expect(await room.open().account()).toEqual({
      id: credentials["account"],
      name: "Lighthouse Studio",
    });
    room.intercept(async (_path, send) => {
      const response = await send();
      const text = await response.clone().text();
      if (!text.includes("Organization")) return response;
      const body = [{ errorCode: "INVALID_TYPE", message: "" }];
      return new Response(JSON.stringify(body), { status: 400 });
    });
    const id = "00D000000000001EAA";
    expect(await room.open().account()).toEqual({ id, name: id });
  });
});
