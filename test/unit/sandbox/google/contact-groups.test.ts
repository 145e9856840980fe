import { describe, expect, it } from "vitest";
import { type JsonRecord } from "../../../support/json.ts";
import { at, createRoom, listAt, makeContact, textAt, type GoogleRoom } from "./google-room.ts";

const path = "/v1/contactGroups";

function create(room: GoogleRoom, contactGroup: JsonRecord) {
  return room.call("POST", path, { json: { contactGroup } });
}

function modify(room: GoogleRoom, group: string, json: JsonRecord) {
  return room.call("POST", `/v1/${group}/members:modify`, { json });
}

describe("contact groups", () => {
  it("are the system's, and those that a user made", () => {
    const room = createRoom();
    const made = create(room, { name: " Regulars " });
    expect(made).toMatchObject({
      status: 200,
      wrote: true,
      body: { name: "Regulars", formattedName: "Regulars", groupType: "USER_CONTACT_GROUP" },
    });
    const listed = room.call("GET", path).body;
    expect(listAt(listed, "contactGroups").map((group) => at(group, "name"))).toEqual([
      "myContacts",
      "starred",
      "friends",
      "family",
      "coworkers",
      "blocked",
      "Clients",
      "Regulars",
    ]);
    expect(listed["totalItems"]).toBe(8);
  });

  it("have names of their own", () => {
    const room = createRoom();
    create(room, { name: "Regulars" });
    expect(create(room, { name: "Regulars" })).toMatchObject({
      status: 409,
      wrote: false,
      body: { error: { code: 409, status: "ALREADY_EXISTS" } },
    });
    expect(create(room, { name: " " }).status).toBe(400);
    expect(create(room, { label: "x" }).status).toBe(400);
  });

  it("are listed in pages, and by sync token those made since", () => {
    const room = createRoom();
    const query = { pageSize: "4" };
    const first = room.call("GET", path, { query }).body;
    expect(first).not.toHaveProperty("nextSyncToken");
    const pageToken = textAt(first, "nextPageToken");
    const last = room.call("GET", path, { query: { ...query, pageToken } }).body;
    expect(listAt(last, "contactGroups")).toHaveLength(3);
    create(room, { name: "Regulars" });
    const syncToken = textAt(last, "nextSyncToken");
    const since = room.call("GET", path, { query: { syncToken } }).body;
    expect(listAt(since, "contactGroups").map((group) => at(group, "name"))).toEqual(["Regulars"]);
    expect(room.call("GET", path, { query: { syncToken: "x" } }).status).toBe(400);
  });

  it("take members and give them up, and say which they could not", () => {
    const room = createRoom();
    const group = textAt(create(room, { name: "Regulars" }).body, "resourceName");
    const person = makeContact(room, { names: [{ givenName: "Ada" }] });
    const name = textAt(person, "resourceName");
    expect(modify(room, group, { resourceNamesToAdd: [name, "people/c1"] }).body).toEqual({
      notFoundResourceNames: ["people/c1"],
    });
    const query = { maxMembers: "5" };
    expect(room.call("GET", `/v1/${group}`, { query }).body).toMatchObject({
      memberCount: 1,
      memberResourceNames: [name],
    });
    const removed = { resourceNamesToRemove: [name] };
    expect(modify(room, "contactGroups/myContacts", removed).body).toEqual({});
    expect(modify(room, group, removed).body).toEqual({
      canNotRemoveLastContactGroupResourceNames: [name],
    });
    expect(room.call("GET", `/v1/${group}`).body).not.toHaveProperty("memberResourceNames");
  });

  it("change a member's etag with its membership", () => {
    const room = createRoom();
    const person = makeContact(room, {});
    const name = textAt(person, "resourceName");
    modify(room, "contactGroups/starred", { resourceNamesToAdd: [name] });
    const query = { personFields: "metadata,memberships" };
    const changed = room.call("GET", `/v1/${name}`, { query }).body;
    expect(listAt(changed, "memberships")).toHaveLength(2);
    expect(at(changed, "metadata.sources.0.etag")).not.toBe(at(person, "metadata.sources.0.etag"));
  });

  it("refuse members of other system groups, unknown groups and too many names", () => {
    const room = createRoom();
    const name = textAt(makeContact(room, {}), "resourceName");
    const added = { resourceNamesToAdd: [name] };
    expect(modify(room, "contactGroups/friends", added).status).toBe(400);
    expect(modify(room, "contactGroups/none", added).status).toBe(404);
    const many = { resourceNamesToAdd: Array.from({ length: 1001 }, () => name) };
    expect(modify(room, "contactGroups/starred", many).status).toBe(400);
  });
});
