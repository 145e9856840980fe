import { describe, expect, it } from "vitest";
import { createRoom, listAt, makeContact, type GoogleRoom } from "./google-room.ts";

describe("searchContacts", () => {
  it("finds what the cache holds since an empty query filled it", () => {
    const room = createRoom();
    makeContact(room, { names: [{ givenName: "Quirin" }] });
    expect(search(room, "quirin")).toEqual([]);
    expect(search(room, "")).toEqual([]);
    expect(search(room, "quirin")).toMatchObject([
      { person: { names: [{ givenName: "Quirin" }] } },
    ]);
    makeContact(room, { names: [{ givenName: "Quirina" }] });
    expect(search(room, "quirin")).toHaveLength(1);
    search(room, "");
    expect(search(room, "quirin")).toHaveLength(2);
  });

  it("lags behind writes as listings do", () => {
    const room = createRoom();
    room.world.lagMs = 1000;
    makeContact(room, { names: [{ givenName: "Quirin" }] });
    search(room, "");
    expect(search(room, "quirin")).toEqual([]);
    room.world.nowMs += 1000;
    expect(search(room, "quirin")).toEqual([]);
    search(room, "");
    expect(search(room, "quirin")).toHaveLength(1);
  });

  it("matches phrases from the beginning of a word, in the fields that are searched", () => {
    const room = createRoom();
    makeContact(room, {
      names: [{ givenName: "foo", familyName: "name" }],
      emailAddresses: [{ value: "someone@example.test" }],
      phoneNumbers: [{ value: "+41 44 668 18 00" }],
      organizations: [{ name: "Big Corp" }],
      nicknames: [{ value: "nick" }],
      biographies: [{ value: "hidden" }],
    });
    search(room, "");
    const found = (query: string) => search(room, query).length === 1;
    for (const query of ["f", "foo n", "NAM", "someone@ex", "example", "+41446", "corp", "nick"])
      expect([query, found(query)]).toEqual([query, true]);
    for (const query of ["oo n", "omeone", "hidden", "zzz"])
      expect([query, found(query)]).toEqual([query, false]);
  });

  it("answers ten, or as many as asked up to thirty", () => {
    const room = createRoom();
    for (let n = 0; n < 40; n += 1) makeContact(room, { names: [{ givenName: `Same ${n}` }] });
    search(room, "");
    expect(search(room, "same")).toHaveLength(10);
    expect(search(room, "same", { pageSize: "20" })).toHaveLength(20);
    expect(search(room, "same", { pageSize: "100" })).toHaveLength(30);
  });

  it("needs a query and a mask", () => {
    const room = createRoom();
    const path = "/v1/people:searchContacts";
    expect(room.call("GET", path, { query: { query: "a" } }).status).toBe(400);
    expect(room.call("GET", path, { query: { readMask: "names" } }).status).toBe(400);
  });
});

/** The results for that query. */
function search(
  room: GoogleRoom,
  query: string,
  more: Readonly<Record<string, string>> = {},
): readonly unknown[] {
  const whole = { query, readMask: "names", ...more };
  return listAt(room.call("GET", "/v1/people:searchContacts", { query: whole }).body, "results");
}
