import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import { reconcileClient } from "../../../src/reconcile/pair.ts";
import { at, createRoom } from "./room.ts";
import type { PartySpec } from "./room.ts";

const email = "ana@example.com";

/** One client with a record at each connection, the same everywhere at minute 0. */
function everywhere(...specs: readonly PartySpec[]) {
  const room = createRoom(specs);
  const fields = { email, name: "Ana", phone: "1" };
  const client = room.add(fields);
  for (const { name } of specs) room.see(name, name, { fields });
  room.minute = 10;
  return { room, client };
}

/** A field that waits: the record says one thing, the hub another. */
function waiting(...others: readonly PartySpec[]) {
  const { room, client } = everywhere({ name: "crm", strategies: { name: "manual" } }, ...others);
  room.edit(client, { name: "here" });
  room.see("crm", "crm", { fields: { email, name: "there", phone: "1" } });
  return { room, client };
}

describe("a manual conflict (law 1)", () => {
  it("writes neither side and keeps the base", () => {
    const { room, client } = waiting();
    expect(room.client(client).fields["name"]).toBe("here");
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "crm").base?.fields["name"]).toEqual({
      local: "Ana",
      remote: "Ana",
    });
  });

  it("holds the field of that mapping alone: other connections get the hub's value", () => {
    const { room, client } = waiting({ name: "mail" });
    expect(room.send("mail", client)?.fields).toEqual({ name: "here" });
  });

  it("has one row, which follows the record and the hub", () => {
    const { room, client } = waiting();
    const [first] = room.conflicts();
    expect(first).toMatchObject({ kind: "manual", local: "here", remote: "there", base: "Ana" });
    room.minute = 11;
    room.see("crm", "crm", { fields: { email, name: "there now", phone: "1" } });
    room.minute = 12;
    room.edit(client, { name: "here now" });
    expect(room.conflicts()).toEqual([
      { ...first, local: "here now", remote: "there now", updatedAt: at(12) },
    ]);
  });

  it("follows a value that comes from another connection", () => {
    const { room } = waiting({ name: "mail" });
    room.minute = 11;
    room.see("mail", "mail", { fields: { email, name: "from the mailbox", phone: "1" } });
    expect(room.conflicts()).toMatchObject([{ local: "from the mailbox", remote: "there" }]);
  });

  it.each(["here", "there"])(
    "closes when the two agree by an edit %s, and writes nothing",
    (side) => {
      const { room, client } = waiting();
      room.minute = 11;
      if (side === "here") room.edit(client, { name: "there" });
      else room.see("crm", "crm", { fields: { email, name: "here", phone: "1" } });
      const name = side === "here" ? "there" : "here";
      expect(room.conflicts()).toEqual([]);
      expect(room.entry("crm", client)).toBeUndefined();
      expect(room.mapping("crm", "crm").base?.fields["name"]).toEqual({
        local: name,
        remote: name,
      });
    },
  );

  it("is journalled when it opens, and not again while it waits", () => {
    const { room } = waiting();
    const opened = () => room.journal().filter(({ action }) => action === "conflict");
    expect(opened()).toMatchObject([{ field: "name", before: "here", lost: "there" }]);
    const before = room.journal().length;
    room.minute = 11;
    room.see("crm", "crm", { fields: { email, name: "there", phone: "1" } });
    expect(room.journal().length).toBe(before);
    expect(room.conflicts()[0]?.updatedAt).toBe(at(10));
  });

  it.each([
    { strategy: "astralis-wins", name: "here", sent: { name: "here" }, lost: "there" },
    { strategy: "external-wins", name: "there", sent: null, lost: "here" },
  ] as const)("ends where the rules say $strategy, and the loser is journalled", (rule) => {
    const { room, client } = waiting();
    room.configure({ name: "crm", strategy: rule.strategy });
    room.decide((work, here) => reconcileClient(work, here, client.id));
    expect(room.client(client).fields["name"]).toBe(rule.name);
    expect(room.conflicts()).toEqual([]);
    expect(room.send("crm", client)?.fields ?? null).toEqual(rule.sent);
    expect(
      room
        .journal()
        .filter(({ lost }) => lost === rule.lost)
        .at(-1)?.rule,
    ).toBe(rule.strategy);
  });

  it("is gone when the record is missing, and opens again when it is back", () => {
    const { room } = waiting();
    room.missing("crm", "crm");
    expect(room.conflicts()).toEqual([]);
    room.minute = 12;
    room.see("crm", "crm", { fields: { email, name: "there", phone: "1" } });
    expect(room.conflicts()).toHaveLength(1);
  });
});

describe("one client at several connections", () => {
  it("ends the same everywhere where a value of one decides anew about another's", () => {
    const { room, client } = everywhere(
      { name: "crm" },
      { name: "mail", strategy: "external-wins" },
    );
    room.minute = 30;
    room.edit(client, { name: "here" });
    room.see("crm", "crm", { fields: { email, name: "at crm", phone: "1" }, modifiedAt: at(20) });
    expect(room.client(client).fields["name"]).toBe("here");
    room.see("mail", "mail", {
      fields: { email, name: "at mail", phone: "1" },
      modifiedAt: at(15),
    });
    room.deliver("crm", client);
    room.deliver("mail", client);
    const { name } = room.client(client).fields;
    expect(room.mapping("crm", "crm").seen?.fields["name"]).toBe(name);
    expect(room.mapping("mail", "mail").seen?.fields["name"]).toBe(name);
  });

  it("moves the base of each as soon as the hub has what its record has", () => {
    const { room, client } = everywhere({ name: "crm", direction: "pull" }, { name: "mail" });
    room.edit(client, { name: "Ana B" });
    room.see("mail", "mail", { fields: { email, name: "Ana B", phone: "1" } });
    expect(room.mapping("mail", "mail").base?.fields["name"]).toEqual({
      local: "Ana B",
      remote: "Ana B",
    });
  });

  it("waits for a record that was read through another lens to be read again", () => {
    const { room, client } = everywhere({ name: "crm" }, { name: "mail" });
    const lens = { ...room.party("crm").lens, version: "another" };
    room.configure({ name: "crm", lens, strategy: "external-wins" }, { name: "mail" });
    room.edit(client, { name: "here" });
    expect(room.entry("crm", client)).toBeUndefined();
    room.see("mail", "mail", { fields: { email, name: "Ana", phone: "2" } });
    expect(room.client(client).fields).toMatchObject({ name: "here", phone: "2" });
    room.see("crm", "crm", { fields: { email, name: "Ana", phone: "1" } });
    expect(room.client(client).fields).toMatchObject({ name: "Ana", phone: "1" });
  });

  it("journals a value that lost once, however often its record is listed before it is overwritten", () => {
    const { room } = everywhere({ name: "crm", strategy: "astralis-wins" });
    room.edit(must(room.clients()[0], "the client"), { name: "here" });
    for (const minute of [11, 12, 13]) {
      room.minute = minute;
      room.see("crm", "crm", { fields: { email, name: "there", phone: "1" } });
    }
    expect(room.journal().filter(({ lost }) => lost === "there")).toHaveLength(1);
  });
});
