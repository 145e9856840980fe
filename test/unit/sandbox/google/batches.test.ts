import { describe, expect, it } from "vitest";
import { isRecord, type JsonRecord } from "../../../support/json.ts";
import {
  at,
  createRoom,
  listAt,
  makeContact,
  textAt,
  type GoogleRoom,
  type RoomAnswer,
} from "./google-room.ts";

function contactsOf(room: GoogleRoom): readonly unknown[] {
  return listAt(room.vendor.state(), "accounts.0.contacts");
}

function named(givenName: string): JsonRecord {
  return { names: [{ givenName }] };
}

describe("batchGet", () => {
  it("answers for each name, also for one that is not there", () => {
    const room = createRoom();
    const name = textAt(makeContact(room, named("Ada")), "resourceName");
    const query = { personFields: "names", resourceNames: [name, "people/c1"] };
    expect(room.call("GET", "/v1/people:batchGet", { query }).body).toMatchObject({
      responses: [
        { httpStatusCode: 200, requestedResourceName: name, person: { resourceName: name } },
        { httpStatusCode: 404, requestedResourceName: "people/c1", status: { code: 5 } },
      ],
    });
  });

  it("takes from 1 to 200 names, and needs a mask", () => {
    const room = createRoom();
    const get = (count: number, personFields = "names") =>
      room.call("GET", "/v1/people:batchGet", {
        query: {
          personFields,
          resourceNames: Array.from({ length: count }, (_, n) => `people/c${n}`),
        },
      }).status;
    expect([get(0), get(1), get(200), get(201), get(1, "")]).toEqual([400, 200, 200, 400, 400]);
  });
});

describe("batchCreateContacts", () => {
  it("creates all of them, and answers by the mask", () => {
    const room = createRoom();
    const contacts = [{ contactPerson: named("Ada") }, { contactPerson: named("Bea") }];
    const answer = batchCreate(room, { contacts, readMask: "names" });
    expect(answer).toMatchObject({ status: 200, wrote: true });
    expect(
      listAt(answer.body, "createdPeople").map((item) => at(item, "person.names.0.givenName")),
    ).toEqual(["Ada", "Bea"]);
    expect(batchCreate(room, { contacts }).body).toEqual({});
    expect(contactsOf(room)).toHaveLength(4);
  });

  it("creates none where one of them is wrong, or where they are too many", () => {
    const room = createRoom();
    const wrong = [{ contactPerson: named("Ada") }, { contactPerson: { name: "Bea" } }];
    const answer = batchCreate(room, { contacts: wrong });
    expect(textAt(answer.body, "error.message")).toContain("at 'contacts[1].contact_person'");
    const many = Array.from({ length: 201 }, () => ({ contactPerson: {} }));
    expect(batchCreate(room, { contacts: many }).status).toBe(400);
    expect(batchCreate(room, { contacts: [] }).status).toBe(400);
    expect(batchCreate(room, { people: [] }).status).toBe(400);
    expect(contactsOf(room)).toEqual([]);
  });
});

describe("batchUpdateContacts", () => {
  it("updates each contact by its name", () => {
    const room = createRoom();
    const people = [makeContact(room, named("Ada")), makeContact(room, named("Bea"))];
    const contacts = Object.fromEntries(
      people.map((person) => [
        textAt(person, "resourceName"),
        { metadata: person["metadata"], ...named("New") },
      ]),
    );
    const answer = batchUpdate(room, contacts, { readMask: "names" });
    const results = isRecord(answer.body["updateResult"]) ? answer.body["updateResult"] : {};
    expect(Object.keys(results)).toEqual(Object.keys(contacts));
    expect(contactsOf(room).map((person) => at(person, "names.0.givenName"))).toEqual([
      "New",
      "New",
    ]);
  });

  it("updates none where one is stale, unknown, or the mask is missing", () => {
    const room = createRoom();
    const [ada, bea] = [makeContact(room, named("Ada")), makeContact(room, named("Bea"))];
    const fresh = { [textAt(ada, "resourceName")]: { metadata: ada["metadata"], ...named("X") } };
    const sources = [{ type: "CONTACT", etag: "#old" }];
    const stale = { [textAt(bea, "resourceName")]: { metadata: { sources }, ...named("X") } };
    expect(batchUpdate(room, { ...fresh, ...stale }).body).toMatchObject({
      error: { status: "FAILED_PRECONDITION" },
    });
    expect(batchUpdate(room, { ...fresh, "people/c1": {} }).status).toBe(404);
    expect(batchUpdate(room, fresh, { updateMask: "" }).status).toBe(400);
    expect(batchUpdate(room, {}).status).toBe(400);
    expect(contactsOf(room).map((person) => at(person, "names.0.givenName"))).toEqual([
      "Ada",
      "Bea",
    ]);
    expect(batchUpdate(room, fresh).body).toEqual({});
  });
});

describe("batchDeleteContacts", () => {
  it("deletes all of them, or none where one is not there", () => {
    const room = createRoom();
    const names = ["Ada", "Bea"].map((name) =>
      textAt(makeContact(room, named(name)), "resourceName"),
    );
    expect(batchDelete(room, [...names, "people/c1"]).status).toBe(404);
    expect(contactsOf(room)).toHaveLength(2);
    expect(batchDelete(room, names)).toMatchObject({ status: 200, body: {} });
    expect(contactsOf(room)).toEqual([]);
    expect(batchDelete(room, []).status).toBe(400);
    expect(
      batchDelete(
        room,
        Array.from({ length: 501 }, () => "people/c1"),
      ).status,
    ).toBe(400);
  });
});

function batchCreate(room: GoogleRoom, json: JsonRecord): RoomAnswer {
  return room.call("POST", "/v1/people:batchCreateContacts", { json });
}

function batchUpdate(room: GoogleRoom, contacts: JsonRecord, more: JsonRecord = {}): RoomAnswer {
  const json = { contacts, updateMask: "names", ...more };
  return room.call("POST", "/v1/people:batchUpdateContacts", { json });
}

function batchDelete(room: GoogleRoom, resourceNames: readonly string[]): RoomAnswer {
  return room.call("POST", "/v1/people:batchDeleteContacts", { json: { resourceNames } });
}
