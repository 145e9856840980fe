import { describe, expect, it } from "vitest";
import { isRecord, type JsonRecord } from "../../../support/json.ts";
import { at, createRoom, listAt, makeContact, textAt, type GoogleRoom } from "./google-room.ts";

function read(room: GoogleRoom, person: unknown, personFields: string) {
  const path = `/v1/${textAt(person, "resourceName")}`;
  return room.call("GET", path, { query: { personFields } });
}

function update(room: GoogleRoom, person: unknown, updatePersonFields: string, json: JsonRecord) {
  const path = `/v1/${textAt(person, "resourceName")}:updateContact`;
  return room.call("PATCH", path, { query: { updatePersonFields }, json });
}

function metadataOf(person: unknown): unknown {
  return isRecord(person) ? person["metadata"] : undefined;
}

function create(room: GoogleRoom, json: unknown) {
  return room.call("POST", "/v1/people:createContact", { json });
}

describe("a contact that is created", () => {
  it("has a name, an id of its source, and an etag and time of it", () => {
    const room = createRoom();
    const answer = create(room, { names: [{ givenName: "Zoë", familyName: "Zimmer" }] });
    expect(answer).toMatchObject({ status: 200, wrote: true });
    const person = answer.body;
    expect(person["resourceName"]).toMatch(/^people\/c\d{15,19}$/);
    const id = textAt(person, "metadata.sources.0.id");
    expect(`people/c${BigInt(`0x${id}`)}`).toBe(person["resourceName"]);
    expect(at(person, "metadata")).toEqual({
      sources: [
        {
          type: "CONTACT",
          id,
          etag: expect.stringMatching(/^#[\w+/]+=$/),
          updateTime: "2026-03-01T09:00:00.000000Z",
        },
      ],
      objectType: "PERSON",
    });
    expect(at(person, "names.0.metadata")).toEqual({
      primary: true,
      source: { type: "CONTACT", id },
      sourcePrimary: true,
    });
  });

  it("belongs to myContacts unless it names groups", () => {
    const room = createRoom();
    expect(groupsOf(makeContact(room, {}))).toEqual(["contactGroups/myContacts"]);
    const starred = { contactGroupResourceName: "contactGroups/starred" };
    const memberships = [{ contactGroupMembership: starred }];
    expect(groupsOf(makeContact(room, { memberships }))).toEqual(["contactGroups/starred"]);
  });

  it("is answered with the fields of the mask, with all of them where there is none", () => {
    const room = createRoom();
    const json = { names: [{ givenName: "A" }], biographies: [{ value: "b" }] };
    const path = "/v1/people:createContact";
    const masked = room.call("POST", path, { json, query: { personFields: "biographies" } });
    expect(Object.keys(masked.body).toSorted()).toEqual(["biographies", "etag", "resourceName"]);
    expect(create(room, json).body).toHaveProperty("names");
  });

  it("keeps clientData, userDefined and externalIds as they are", () => {
    const person = makeContact(createRoom(), {
      clientData: [
        { key: "k", value: " 1 " },
        { key: "k", value: "2" },
      ],
      userDefined: [{ key: "tier", value: "gold" }],
      externalIds: [{ value: "42", type: "customer" }],
    });
    expect(at(person, "clientData.0")).toMatchObject({ key: "k", value: " 1 " });
    expect(at(person, "clientData.1")).toMatchObject({ key: "k", value: "2" });
    expect(at(person, "userDefined.0")).toMatchObject({ key: "tier", value: "gold" });
    expect(at(person, "externalIds.0")).toMatchObject({ value: "42", formattedType: "Customer" });
  });

  it.each([
    ["two names", { names: [{ givenName: "A" }, { givenName: "B" }] }, "singleton"],
    ["two biographies", { biographies: [{ value: "a" }, { value: "b" }] }, "singleton"],
    ["an unknown field", { email: "a" }, "Unknown name \"email\" at 'person'"],
    ["an unknown property", { names: [{ first: "A" }] }, 'Unknown name "first"'],
    [
      "a number for text",
      { names: [{ givenName: 1 }] },
      "'person.names[0].given_name' (TYPE_STRING)",
    ],
    ["an object for a list", { names: { givenName: "A" } }, "'person.names'"],
    ["text for an object", { names: ["A"] }, "'person.names[0]'"],
    ["an unknown enum", { biographies: [{ value: "a", contentType: "X" }] }, "TYPE_ENUM"],
    ["an impossible date", { birthdays: [{ date: { month: 13 } }] }, "month"],
    ["text for a flag", { organizations: [{ name: "a", current: "yes" }] }, "TYPE_BOOL"],
    [
      "an unknown group",
      { memberships: [{ contactGroupMembership: { contactGroupResourceName: "x" } }] },
      "does not exist",
    ],
    [
      "two source primaries",
      {
        emailAddresses: [
          { value: "a", metadata: { sourcePrimary: true } },
          { value: "b", metadata: { sourcePrimary: true } },
        ],
      },
      "source primary",
    ],
  ])("is refused with %s", (_what, json, message) => {
    const room = createRoom();
    const answer = create(room, json);
    expect(answer).toMatchObject({
      status: 400,
      wrote: false,
      body: { error: { code: 400, status: "INVALID_ARGUMENT" } },
    });
    expect(textAt(answer.body, "error.message")).toContain(message);
    expect(listAt(room.vendor.state(), "accounts.0.contacts")).toEqual([]);
  });
});

describe("what Google computes", () => {
  it.each([
    [{ givenName: "Scott", familyName: "Anderson" }, "Scott Anderson", "Anderson, Scott"],
    [{ givenName: "Scott" }, "Scott", "Scott"],
    [
      {
        honorificPrefix: "Dr.",
        givenName: "A",
        middleName: "B",
        familyName: "C",
        honorificSuffix: "Jr.",
      },
      "Dr. A B C, Jr.",
      "C, A B",
    ],
    [{ unstructuredName: "山田太郎" }, "山田太郎", "山田太郎"],
    [{ unstructuredName: "Ana Maria Acme" }, "Ana Maria Acme", "Acme, Ana Maria"],
    [{ unstructuredName: "Old Name", givenName: "New" }, "New", "New"],
  ])("shows the name %j", (name, displayName, displayNameLastFirst) => {
    expect(shown({ names: [name] }, "names.0")).toMatchObject({
      displayName,
      displayNameLastFirst,
      unstructuredName: displayName,
    });
  });

  it("splits a free name into its parts", () => {
    expect(shown({ names: [{ unstructuredName: "Ana Maria Acme" }] }, "names.0")).toMatchObject({
      givenName: "Ana Maria",
      familyName: "Acme",
    });
  });

  it.each([
    [
      {
        streetAddress: "1 Main St",
        extendedAddress: "Suite 2",
        city: "Springfield",
        region: "IL",
        postalCode: "62701",
        country: "US",
      },
      "1 Main St\nSuite 2\nSpringfield, IL 62701\nUS",
    ],
    [{ city: "Zürich" }, "Zürich"],
    [{ city: "Zürich", formattedValue: "as I wrote it" }, "as I wrote it"],
  ])("formats the address %j", (address, formattedValue) => {
    expect(shown({ addresses: [address] }, "addresses.0.formattedValue")).toBe(formattedValue);
  });

  it.each([
    ["+41 44 668 18 00", "+41446681800"],
    ["044 668 18 00", undefined],
    ["+41 ask Zoë", undefined],
  ])("gives the phone %s the canonical form %s", (value, canonicalForm) => {
    expect(shown({ phoneNumbers: [{ value }] }, "phoneNumbers.0.canonicalForm")).toBe(
      canonicalForm,
    );
  });

  it("names types as people read them", () => {
    expect(
      shown({ phoneNumbers: [{ value: "1", type: "homeFax" }] }, "phoneNumbers.0.formattedType"),
    ).toBe("Home Fax");
  });

  it("takes space from the ends of single lines, and drops entries that hold nothing", () => {
    const person = makeContact(createRoom(), {
      emailAddresses: [{ value: "  " }, { value: " a@x.test " }],
      biographies: [{ value: " keep \n" }],
    });
    expect(at(person, "emailAddresses")).toMatchObject([{ value: "a@x.test" }]);
    expect(at(person, "biographies.0")).toMatchObject({
      value: " keep \n",
      contentType: "TEXT_PLAIN",
    });
  });

  it("makes the entry primary that is so within its source, else the first", () => {
    expect(primariesOf({ emailAddresses: [{ value: "a" }, { value: "b" }] })).toEqual([
      true,
      undefined,
    ]);
    const second = { value: "b", metadata: { sourcePrimary: true } };
    expect(primariesOf({ emailAddresses: [{ value: "a" }, second] })).toEqual([undefined, true]);
  });

  it("ignores what only the server sets", () => {
    const person = makeContact(createRoom(), {
      names: [{ givenName: "A", displayName: "B", metadata: { primary: false, verified: true } }],
      photos: [{ url: "http://x.test" }],
    });
    expect(at(person, "names.0.displayName")).toBe("A");
    expect(textAt(person, "photos.0.url")).toMatch(/^https:\/\/lh3\.googleusercontent\.com\//);
  });
});

describe("reading a contact", () => {
  it("shows only what the mask asks for", () => {
    const room = createRoom();
    const made = makeContact(room, { names: [{ givenName: "A" }], nicknames: [{ value: "n" }] });
    expect(Object.keys(read(room, made, "nicknames").body).toSorted()).toEqual([
      "etag",
      "nicknames",
      "resourceName",
    ]);
  });

  it("needs a mask, of fields that there are", () => {
    const room = createRoom();
    const made = makeContact(room, {});
    expect(room.call("GET", `/v1/${textAt(made, "resourceName")}`).body).toMatchObject({
      error: {
        message:
          "personFields mask is required. Please specify one or more valid paths. Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get.",
      },
    });
    expect(textAt(read(room, made, "names,notes").body, "error.message")).toContain(
      'Invalid personFields mask path: "notes".',
    );
  });

  it("takes the older mask as well", () => {
    const room = createRoom();
    const path = `/v1/${textAt(makeContact(room, { names: [{ givenName: "A" }] }), "resourceName")}`;
    const query = { "requestMask.includeField": "person.names,person.photos" };
    expect(room.call("GET", path, { query }).body).toHaveProperty("names");
  });

  it("does not find what is deleted, or was never there", () => {
    const room = createRoom();
    const made = makeContact(room, {});
    const path = `/v1/${textAt(made, "resourceName")}:deleteContact`;
    expect(room.call("DELETE", path)).toMatchObject({ status: 200, body: {}, wrote: true });
    for (const answer of [
      read(room, made, "names"),
      read(room, { resourceName: "people/c1" }, "names"),
      room.call("DELETE", path),
      update(room, made, "names", { metadata: metadataOf(made) }),
    ])
      expect(answer).toMatchObject({
        status: 404,
        wrote: false,
        body: { error: { code: 404, status: "NOT_FOUND" } },
      });
  });

  it("shows the account itself under me", () => {
    const answer = createRoom().call("GET", "/v1/people/me", {
      query: { personFields: "names,emailAddresses" },
    });
    expect(at(answer.body, "emailAddresses.0.value")).toBe("ana@acme.test");
    expect(answer.body["resourceName"]).toBe("people/104857600000000000101");
  });
});

describe("updating a contact", () => {
  const full = {
    names: [{ givenName: "Ada" }],
    emailAddresses: [{ value: "a@x.test" }, { value: "b@x.test" }],
    nicknames: [{ value: "n" }],
  };

  it("replaces the fields of the mask whole, and no other", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    room.world.nowMs += 60_000;
    const answer = update(room, made, "emailAddresses,nicknames", {
      metadata: metadataOf(made),
      names: [{ givenName: "Not asked for" }],
      emailAddresses: [{ value: "c@x.test" }],
    });
    expect(answer).toMatchObject({ status: 200, wrote: true });
    expect(at(answer.body, "names.0.givenName")).toBe("Ada");
    expect(at(answer.body, "emailAddresses")).toMatchObject([{ value: "c@x.test" }]);
    expect(answer.body).not.toHaveProperty("nicknames");
    expect(at(answer.body, "metadata.sources.0.updateTime")).toBe("2026-03-01T09:01:00.000000Z");
  });

  it("changes the etag each time, and takes the answer's for the next one", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    const first = update(room, made, "names", { metadata: metadataOf(made), ...full }).body;
    const second = update(room, made, "names", { metadata: metadataOf(first), ...full }).body;
    const etags = [made, first, second].map((person) => textAt(person, "metadata.sources.0.etag"));
    expect(new Set(etags).size).toBe(3);
  });

  it("is refused with a stale etag of the source, or of the person", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    const stale = { metadata: metadataOf(made), names: [{ givenName: "B" }] };
    expect(update(room, made, "names", stale).status).toBe(200);
    expect(update(room, made, "names", stale)).toMatchObject({
      status: 400,
      wrote: false,
      body: {
        error: {
          message:
            "Request person.metadata.sources.etag is different than the current person.metadata.sources.etag. Clear local cache and get the latest person.",
          status: "FAILED_PRECONDITION",
        },
      },
    });
    const source = { type: "CONTACT", id: textAt(made, "metadata.sources.0.id") };
    const personStale = { etag: made["etag"], metadata: { sources: [source] } };
    expect(update(room, made, "names", personStale).body).toMatchObject({
      error: {
        message:
          "Request person.etag is different than the current person.etag. Clear local cache and get the latest person.",
        status: "FAILED_PRECONDITION",
      },
    });
    expect(at(read(room, made, "names").body, "names.0.givenName")).toBe("B");
  });

  it("takes a person's etag only from a read of the fields that are updated", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    const attempt = (personFields: string) => {
      const { etag } = read(room, made, personFields).body;
      const metadata = { sources: [{ type: "CONTACT" }] };
      return update(room, made, "names", { etag, metadata, names: full.names }).status;
    };
    expect(attempt("metadata")).toBe(400);
    expect(attempt("names,metadata")).toBe(200);
  });

  it.each([
    ["no source", { etag: "x" }, "person.metadata.sources must be specified"],
    [
      "no etag",
      { metadata: { sources: [{ type: "CONTACT" }] } },
      "Request must set person.etag or",
    ],
    [
      "another contact's source",
      { metadata: { sources: [{ type: "CONTACT", id: "1", etag: "#x" }] } },
      "person.metadata.sources.id",
    ],
    ["another contact's name", { resourceName: "people/c1" }, "person.resourceName"],
  ])("is refused with %s", (_what, json, message) => {
    const room = createRoom();
    const answer = update(room, makeContact(room, full), "names", json);
    expect(answer).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT" } } });
    expect(textAt(answer.body, "error.message")).toContain(message);
  });

  it("needs a mask, of fields that can be written", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    const json = { metadata: metadataOf(made) };
    expect(textAt(update(room, made, "", json).body, "error.message")).toMatch(
      /^updatePersonFields mask is required\. /,
    );
    expect(textAt(update(room, made, "photos", json).body, "error.message")).toMatch(
      /^Invalid updatePersonFields mask path: "photos"\. /,
    );
  });

  it("keeps a contact in at least one group", () => {
    const room = createRoom();
    const made = makeContact(room, full);
    const json = { metadata: metadataOf(made), memberships: [] };
    const answer = update(room, made, "memberships", json);
    expect(textAt(answer.body, "error.message")).toContain("at least one contact group");
  });

  it("takes what was read back, with all that the server set", () => {
    const room = createRoom({ clients: 6 });
    const query = { personFields: "names,emailAddresses,addresses,memberships,metadata" };
    const listed = room.call("GET", "/v1/people/me/connections", {
      query: { ...query, sources: "READ_SOURCE_TYPE_CONTACT" },
    });
    for (const person of listAt(listed.body, "connections")) {
      const json = isRecord(person) ? person : {};
      const mask = "names,emailAddresses,addresses,memberships";
      const answer = update(room, person, mask, json);
      expect(answer.status).toBe(200);
      expect(answer.body["emailAddresses"]).toEqual(json["emailAddresses"]);
    }
  });
});

/** A member of a contact that was made so. */
function shown(person: JsonRecord, path: string): unknown {
  return at(makeContact(createRoom(), person), path);
}

function groupsOf(person: JsonRecord): readonly string[] {
  return listAt(person, "memberships").map((item) =>
    textAt(item, "contactGroupMembership.contactGroupResourceName"),
  );
}

function primariesOf(person: JsonRecord): readonly unknown[] {
  const made = makeContact(createRoom(), person);
  return listAt(made, "emailAddresses").map((item) => at(item, "metadata.primary"));
}
