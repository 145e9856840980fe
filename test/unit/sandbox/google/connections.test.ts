import { describe, expect, it } from "vitest";
import { isRecord } from "../../../support/json.ts";
import {
  at,
  createRoom,
  listAt,
  makeContact,
  signIn,
  textAt,
  type GoogleRoom,
} from "./google-room.ts";

const path = "/v1/people/me/connections";
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type Query = Readonly<Record<string, string | readonly string[]>>;

const synced = { personFields: "names,metadata", requestSyncToken: "true" };

function list(room: GoogleRoom, query: Query = synced) {
  return room.call("GET", path, { query });
}

/** All pages of a listing: the people, and the last page's answer. */
function listAll(room: GoogleRoom, query: Query = synced) {
  const people: unknown[] = [];
  for (let page = list(room, query); ;) {
    people.push(...listAt(page.body, "connections"));
    const pageToken = textAt(page.body, "nextPageToken");
    if (pageToken === "") return { people, page };
    page = list(room, { ...query, pageToken });
  }
}

function syncTokenOf(room: GoogleRoom, query: Query = synced): string {
  return textAt(listAll(room, query).page.body, "nextSyncToken");
}

function namesOf(people: readonly unknown[]): readonly string[] {
  return people.map((person) => textAt(person, "names.0.displayName"));
}

function makeNamed(room: GoogleRoom, ...names: readonly string[]) {
  return names.map((givenName) => makeContact(room, { names: [{ givenName }] }));
}

function rename(room: GoogleRoom, person: unknown, givenName: string) {
  const metadata = isRecord(person) ? person["metadata"] : {};
  const answer = room.call("PATCH", `/v1/${textAt(person, "resourceName")}:updateContact`, {
    query: { updatePersonFields: "names" },
    json: { metadata, names: [{ givenName }] },
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

function remove(room: GoogleRoom, person: unknown): void {
  const answer = room.call("DELETE", `/v1/${textAt(person, "resourceName")}:deleteContact`);
  expect(answer.status).toBe(200);
}

describe("a full listing", () => {
  it("pages a hundred at a time, or as many as asked, each contact once", () => {
    const room = createRoom({ clients: 230 });
    const first = list(room);
    expect(listAt(first.body, "connections")).toHaveLength(100);
    expect(first.body).toMatchObject({ totalItems: 230, totalPeople: 230 });
    const { people } = listAll(room, { ...synced, pageSize: "40" });
    expect(new Set(people.map((person) => at(person, "resourceName"))).size).toBe(230);
    expect(listAt(list(room, { ...synced, pageSize: "1000" }).body, "connections")).toHaveLength(
      230,
    );
  });

  it("has a sync token on its last page alone, and only where it is asked for", () => {
    const room = createRoom({ clients: 3 });
    const query = { ...synced, pageSize: "2" };
    const first = list(room, query).body;
    expect(first).not.toHaveProperty("nextSyncToken");
    const last = list(room, { ...query, pageToken: textAt(first, "nextPageToken") }).body;
    expect(last).not.toHaveProperty("nextPageToken");
    expect(last).toHaveProperty("nextSyncToken");
    expect(list(room, { personFields: "names" }).body).not.toHaveProperty("nextSyncToken");
  });

  it("leaves out what is empty", () => {
    expect(list(createRoom(), { personFields: "names" }).body).toEqual({});
  });

  it("answers the same page again", () => {
    const room = createRoom({ clients: 5 });
    const query = { ...synced, pageSize: "2" };
    const pageToken = textAt(list(room, query).body, "nextPageToken");
    const again = () => list(room, { ...query, pageToken }).body["connections"];
    expect(again()).toEqual(again());
  });

  it("is sorted as asked, by the last change where nothing is asked", () => {
    const room = createRoom();
    const [b] = makeNamed(room, "Bea", "Ada", "Cem");
    rename(room, b, "Bob");
    const sorted = (sortOrder?: string) =>
      namesOf(listAll(room, { personFields: "names", ...(sortOrder ? { sortOrder } : {}) }).people);
    expect(sorted()).toEqual(["Ada", "Cem", "Bob"]);
    expect(sorted("LAST_MODIFIED_DESCENDING")).toEqual(["Bob", "Cem", "Ada"]);
    expect(sorted("FIRST_NAME_ASCENDING")).toEqual(["Ada", "Bob", "Cem"]);
  });

  it("does not lose what changes while it is paged", () => {
    const room = createRoom();
    const [ada, bea, cem] = makeNamed(room, "Ada", "Bea", "Cem");
    const query = { ...synced, pageSize: "2" };
    const first = list(room, query).body;
    rename(room, ada, "Ann");
    remove(room, cem);
    makeNamed(room, "Dan");
    const last = list(room, { ...query, pageToken: textAt(first, "nextPageToken") }).body;
    expect(namesOf(listAt(first, "connections"))).toEqual(["Ada", "Bea"]);
    expect(listAt(last, "connections")).toEqual([]);
    const syncToken = textAt(last, "nextSyncToken");
    const changed = listAll(room, { ...query, syncToken }).people;
    expect(namesOf(changed)).toEqual(["Ann", "", "Dan"]);
    expect(at(changed[1], "metadata.deleted")).toBe(true);
    expect(at(changed[1], "resourceName")).toBe(cem?.["resourceName"]);
    expect(bea).toBeDefined();
  });

  it("shows at most a hundred addresses of a contact, which is read whole by id", () => {
    const room = createRoom();
    const emailAddresses = Array.from({ length: 120 }, (_, n) => ({ value: `a${n}@x.test` }));
    const made = makeContact(room, { emailAddresses });
    const query = { personFields: "emailAddresses" };
    expect(listAt(list(room, query).body, "connections.0.emailAddresses")).toHaveLength(100);
    const read = room.call("GET", `/v1/${textAt(made, "resourceName")}`, { query });
    expect(listAt(read.body, "emailAddresses")).toHaveLength(120);
  });

  it("merges profiles in unless contacts alone are asked for", () => {
    const room = createRoom({ clients: 6 });
    const names = (query: Query) =>
      listAll(room, { personFields: "names", ...query }).people.map(
        (person) => listAt(person, "names").length,
      );
    expect(names({})).toEqual([1, 1, 1, 1, 1, 2]);
    expect(names({ sources: "READ_SOURCE_TYPE_CONTACT" })).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe("an incremental listing", () => {
  it("has what changed since, each contact once, and a token for the next one", () => {
    const room = createRoom();
    const [ada, bea] = makeNamed(room, "Ada", "Bea", "Cem");
    const syncToken = syncTokenOf(room);
    expect(list(room, { ...synced, syncToken }).body).toEqual({
      nextSyncToken: expect.any(String),
    });
    rename(room, rename(room, bea, "Ben"), "Bob");
    rename(room, ada, "Ann");
    makeNamed(room, "Dan");
    const { people, page } = listAll(room, { ...synced, syncToken });
    expect(namesOf(people)).toEqual(["Bob", "Ann", "Dan"]);
    const next = textAt(page.body, "nextSyncToken");
    expect(listAll(room, { ...synced, syncToken: next }).people).toEqual([]);
    expect(namesOf(listAll(room, { ...synced, syncToken }).people)).toEqual(["Bob", "Ann", "Dan"]);
  });

  it("tells a deleted contact by its metadata, and nothing where these are not asked for", () => {
    const room = createRoom();
    const [ada] = makeNamed(room, "Ada");
    const bare = { personFields: "names", requestSyncToken: "true" };
    const tokens = [syncTokenOf(room), syncTokenOf(room, bare)];
    remove(room, ada);
    expect(listAll(room, { ...synced, syncToken: tokens[0] ?? "" }).people).toEqual([
      {
        resourceName: ada?.["resourceName"],
        etag: expect.any(String),
        metadata: {
          sources: [expect.objectContaining({ type: "CONTACT" })],
          deleted: true,
          objectType: "PERSON",
        },
      },
    ]);
    const [tombstone] = listAll(room, { ...bare, syncToken: tokens[1] ?? "" }).people;
    expect(Object.keys(isRecord(tombstone) ? tombstone : {})).toEqual(["resourceName", "etag"]);
  });

  it("tells former names of a contact that was given another one", () => {
    const room = createRoom();
    const [ada] = makeNamed(room, "Ada");
    const syncToken = syncTokenOf(room);
    room.vendor.changeSettings?.({ rename_person: ada?.["resourceName"] });
    const [person] = listAll(room, { ...synced, syncToken }).people;
    expect(at(person, "resourceName")).not.toBe(ada?.["resourceName"]);
    expect(at(person, "metadata.previousResourceNames")).toEqual([ada?.["resourceName"]]);
    const query = { personFields: "names" };
    const old = room.call("GET", `/v1/${textAt(ada, "resourceName")}`, { query });
    expect(old.body["resourceName"]).toBe(at(person, "resourceName"));
  });

  it("is paged, with all parameters as in its first call", () => {
    const room = createRoom();
    const query = { ...synced, pageSize: "2" };
    const syncToken = syncTokenOf(room, query);
    makeNamed(room, "Ada", "Bea", "Cem");
    const first = list(room, { ...query, syncToken }).body;
    expect(first).not.toHaveProperty("nextSyncToken");
    const pageToken = textAt(first, "nextPageToken");
    expect(list(room, { ...query, pageToken }).status).toBe(400);
    const last = list(room, { ...query, syncToken, pageToken }).body;
    expect(namesOf(listAt(last, "connections"))).toEqual(["Cem"]);
    expect(last).toHaveProperty("nextSyncToken");
  });

  it.each([
    ["other fields", { personFields: "names" }],
    ["another page size", { pageSize: "5" }],
    ["other sources", { sources: "READ_SOURCE_TYPE_CONTACT" }],
  ])("is refused with %s than the call that gave the token", (_what, change) => {
    const room = createRoom();
    const syncToken = syncTokenOf(room);
    expect(list(room, { ...synced, ...change, syncToken })).toMatchObject({
      status: 400,
      body: { error: { status: "INVALID_ARGUMENT" } },
    });
  });

  it("is refused seven days after the full one, however often it was synced since", () => {
    const room = createRoom();
    let syncToken = syncTokenOf(room);
    for (let day = 0; day < 7; day += 1) {
      room.world.nowMs += dayMs;
      syncToken = textAt(list(room, { ...synced, syncToken }).body, "nextSyncToken");
    }
    room.world.nowMs += 1;
    expect(list(room, { ...synced, syncToken })).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 400,
          message:
            "Sync token is expired. Clear local cache and retry call without the sync token.",
          status: "FAILED_PRECONDITION",
          details: [{ reason: "EXPIRED_SYNC_TOKEN", domain: "people.googleapis.com" }],
        },
      },
    });
  });

  it("is refused once the control expires cursors, or the world is made anew", () => {
    const room = createRoom();
    for (const end of [
      () => room.vendor.expireCursors(),
      () => room.vendor.reset({ seed: 1, clients: 1 }),
    ]) {
      const syncToken = syncTokenOf(room);
      end();
      const answer = list(room, { ...synced, syncToken });
      expect(at(answer.body, "error.details.0.reason")).toBe("EXPIRED_SYNC_TOKEN");
    }
  });

  it("is refused with another account's token, and with text that is none", () => {
    const room = createRoom();
    const syncToken = syncTokenOf(room);
    const token = String(signIn(room, { login_hint: "other@acme.test" }).body["access_token"]);
    for (const [query, options] of [
      [{ ...synced, syncToken }, { token }],
      [{ ...synced, syncToken: "x" }, {}],
    ] as const)
      expect(room.call("GET", path, { query, ...options })).toMatchObject({
        status: 400,
        body: { error: { message: "Request syncToken is invalid." } },
      });
  });
});

describe("listings that lag behind", () => {
  it("show a write only after the lag, in full and by sync token, while a read by id shows it", () => {
    const room = createRoom();
    const [ada] = makeNamed(room, "Ada");
    room.world.nowMs += dayMs;
    room.world.lagMs = 5 * minuteMs;
    const syncToken = syncTokenOf(room);
    rename(room, ada, "Ann");
    const [bea] = makeNamed(room, "Bea");
    room.world.nowMs += 5 * minuteMs - 1;
    expect(namesOf(listAll(room).people)).toEqual(["Ada"]);
    const early = listAll(room, { ...synced, syncToken });
    expect(early.people).toEqual([]);
    const query = { personFields: "names" };
    for (const person of [ada, bea])
      expect(room.call("GET", `/v1/${textAt(person, "resourceName")}`, { query }).status).toBe(200);
    room.world.nowMs += 1;
    expect(namesOf(listAll(room).people)).toEqual(["Ann", "Bea"]);
    const next = textAt(early.page.body, "nextSyncToken");
    expect(namesOf(listAll(room, { ...synced, syncToken: next }).people)).toEqual(["Ann", "Bea"]);
  });

  it("show a deleted contact until the lag is over", () => {
    const room = createRoom();
    const [ada] = makeNamed(room, "Ada");
    room.world.nowMs += dayMs;
    room.world.lagMs = minuteMs;
    remove(room, ada);
    expect(namesOf(listAll(room).people)).toEqual(["Ada"]);
    room.world.nowMs += minuteMs;
    expect(listAll(room).people).toEqual([]);
  });
});

describe("a listing that cannot be answered", () => {
  it.each([
    ["no fields", {}, "personFields mask is required."],
    ["an unknown field", { personFields: "name" }, 'Invalid personFields mask path: "name".'],
    ["too large a page", { ...synced, pageSize: "1001" }, "between 1 and 1000"],
    ["a size that is no number", { ...synced, pageSize: "x" }, "TYPE_INT32"],
    ["an unknown order", { ...synced, sortOrder: "X" }, "sort_order"],
    ["an order and a sync", { ...synced, sortOrder: "FIRST_NAME_ASCENDING" }, "sortOrder"],
    ["an unknown source", { ...synced, sources: "X" }, "sources[0]"],
    ["an unknown flag", { personFields: "names", requestSyncToken: "1" }, "TYPE_BOOL"],
    ["an unknown parameter", { ...synced, foo: "1" }, 'Unknown name "foo"'],
    ["an unknown page token", { ...synced, pageToken: "x" }, "pageToken"],
  ])("has %s", (_what, query, message) => {
    const answer = list(createRoom(), query);
    expect(answer).toMatchObject({ status: 400, body: { error: { status: "INVALID_ARGUMENT" } } });
    expect(textAt(answer.body, "error.message")).toContain(message);
  });

  it("names another person than the user", () => {
    const answer = createRoom().call("GET", "/v1/people/c1/connections", { query: synced });
    expect(answer.status).toBe(400);
  });
});

describe("the empty page", () => {
  it("is the listing of an account without contacts, with its sync token", () => {
    const room = createRoom({ clients: 5 });
    const handled = room.vendor.handle({
      method: "GET",
      path,
      query: new URLSearchParams({ ...synced, pageSize: "2" }),
      headers: { authorization: `Bearer ${room.credential("access_token")}` },
      body: Buffer.alloc(0),
      number: 1,
    });
    expect(handled && room.vendor.emptyPage(handled)?.body).toEqual({
      nextSyncToken: expect.any(String),
    });
    expect(room.vendor.emptyPage({ status: 200, body: {} })).toBeNull();
  });
});
