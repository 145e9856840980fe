import { describe, expect, it } from "vitest";
import type { Client } from "../../../src/model/client.ts";
import { must } from "../../../src/lib/assert.ts";
import { followMerge } from "../../../src/reconcile/observe.ts";
import { at, createRoom } from "./room.ts";
import type { Room } from "./room.ts";

const [ana, eve] = ["ana@example.com", "eve@example.com"];

const only = (room: Room): Client => {
  expect(room.clients()).toHaveLength(1);
  return must(room.clients()[0], "the client");
};
const byEmail = (room: Room, email: string): Client =>
  must(
    room.clients().find(({ fields }) => fields["email"] === email),
    email,
  );

describe("a record finds its client (law 8)", () => {
  it("by its mapping first, whatever its addresses are now", () => {
    const room = createRoom([{ name: "crm" }]);
    room.page("crm", { a: { fields: { email: ana } }, e: { fields: { email: eve } } });
    room.minute = 5;
    room.see("crm", "a", { fields: { email: "new@example.com" } });
    expect(room.clients().map(({ fields }) => fields["email"])).toEqual(["new@example.com", eve]);
  });

  it("by any of its addresses, in any spelling", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.see("crm", "a", { fields: { email: ana } });
    room.see("mail", "m", {
      fields: { email: "work@example.com" },
      emails: ["work@example.com", " Ana@Example.COM "],
    });
    expect(room.mapping("mail", "m").clientId).toBe(only(room).id);
    room.see("crm", "w", { fields: { email: "work@example.com" } });
    expect(room.mapping("crm", "w")).toMatchObject({ clientId: only(room).id, state: "duplicate" });
  });

  it("never by its name", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.see("crm", "a", { fields: { email: ana, name: "Ana" } });
    room.see("mail", "m", { fields: { email: eve, name: "Ana" } });
    expect(room.clients()).toHaveLength(2);
  });

  it("by phone where the organization lists it, and only where no address is known", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }], { match: ["email", "phone"] });
    room.page("crm", {
      a: { fields: { email: ana, phone: "+1 (555) 010-0100" } },
      e: { fields: { email: eve, phone: "+1 555 0200 00" } },
    });
    room.see("mail", "m", { fields: { email: null, phone: "+15550100100" } });
    expect(room.mapping("mail", "m").clientId).toBe(byEmail(room, ana).id);
    room.see("mail", "n", { fields: { email: eve, phone: "+15550100100" } });
    expect(room.mapping("mail", "n").clientId).toBe(byEmail(room, eve).id);
  });

  it("not by phone where it is not listed", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.see("crm", "a", { fields: { email: ana, phone: "+15550100" } });
    room.see("mail", "m", { fields: { email: eve, phone: "+15550100" } });
    expect(room.clients()).toHaveLength(2);
  });

  it("or asks where several could be meant: nothing is linked or made", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.page("crm", { a: { fields: { email: ana } }, e: { fields: { email: eve } } });
    room.see("mail", "m", { fields: { email: ana }, emails: [ana, eve] });
    expect(room.parked()).toMatchObject([{ externalId: "m", reason: "ambiguous" }]);
    expect(room.parked()[0]?.message).toContain(byEmail(room, eve).id);
    expect(() => room.mapping("mail", "m")).toThrow("a mapping of m");
    room.minute = 5;
    room.see("mail", "m", { fields: { email: ana }, emails: [ana] });
    expect(room.parked()).toEqual([]);
    expect(room.mapping("mail", "m").clientId).toBe(byEmail(room, ana).id);
  });

  it("or is set aside with the reason where it has no identity, until it has one", () => {
    const room = createRoom([{ name: "crm" }]);
    room.see("crm", "a", { fields: { email: null, name: "Ana" } });
    expect(room.parked()).toMatchObject([{ reason: "no-identity", at: at(0) }]);
    room.minute = 5;
    room.see("crm", "a", { fields: { email: null, name: "Ana" } });
    expect(room.parked()).toMatchObject([{ at: at(0) }]);
    expect(room.clients()).toEqual([]);
    room.see("crm", "a", { fields: { email: ana, name: "Ana" } });
    expect(room.parked()).toEqual([]);
    expect(only(room).fields["name"]).toBe("Ana");
  });
});

describe("whether records become clients and clients records", () => {
  it("is `create.here` for what is not known, and never stands in the way of a link", () => {
    const room = createRoom([{ name: "crm", create: { here: false, there: false } }]);
    room.see("crm", "a", { fields: { email: ana } });
    expect(room.parked()).toMatchObject([{ reason: "not-wanted" }]);
    expect(room.clients()).toEqual([]);
    room.add({ email: ana, name: "Ana" });
    room.minute = 5;
    room.see("crm", "a", { fields: { email: ana } });
    expect(room.mapping("crm", "a").clientId).toBe(only(room).id);
    expect(room.parked()).toEqual([]);
  });

  it("is `create.there` for clients, and waits for the first complete listing", () => {
    const room = createRoom([
      { name: "crm", listed: false },
      { name: "mail", create: { there: false } },
      { name: "bills" },
    ]);
    const client = room.add({ email: ana });
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.entry("mail", client)).toBeUndefined();
    expect(room.entry("bills", client)).toMatchObject({ action: "create", state: "due" });
  });

  it("is decided anew when the rules change: a create that waits is dropped", () => {
    const room = createRoom([{ name: "crm" }]);
    const client = room.add({ email: ana });
    room.configure({ name: "crm", create: { there: false } });
    room.edit(client, { name: "Ana" });
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mappingOf("crm", client).state).toBe("cancelled");
    room.configure({ name: "crm" });
    room.edit(client, { name: "Ana B" });
    expect(room.entry("crm", client)).toMatchObject({ action: "create", state: "due" });
  });
});

describe("an address that moves", () => {
  const two = () => {
    const room = createRoom([{ name: "crm" }]);
    room.page("crm", {
      a: { fields: { email: ana, name: "Ana" } },
      e: { fields: { email: eve, name: "Eve" } },
    });
    room.minute = 5;
    return room;
  };

  it("onto another client's is that field's conflict; the other fields go on", () => {
    const room = two();
    const client = byEmail(room, ana);
    room.see("crm", "a", { fields: { email: eve, name: "Ana B" } });
    expect(room.client(client).fields).toMatchObject({ email: ana, name: "Ana B" });
    expect(room.conflicts()).toMatchObject([
      { field: "email", kind: "identity-taken", local: ana, remote: eve },
    ]);
    expect(room.conflicts()[0]?.note).toContain(byEmail(room, eve).id);
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.identities(byEmail(room, eve))).toEqual([eve]);
  });

  it("and swaps with another in one page is a conflict of both, and nothing fails", () => {
    const room = two();
    room.page("crm", { a: { fields: { email: eve } }, e: { fields: { email: ana } } });
    expect(room.clients().map(({ fields }) => fields["email"])).toEqual([ana, eve]);
    expect(room.conflicts().map(({ kind }) => kind)).toEqual(["identity-taken", "identity-taken"]);
  });

  it("is taken as soon as its owner has given it up", () => {
    const room = two();
    const client = byEmail(room, ana);
    room.page("crm", {
      e: { fields: { email: "other@example.com" } },
      a: { fields: { email: eve, name: "Ana" } },
    });
    expect(room.client(client).fields["email"]).toBe(eve);
    expect(room.conflicts()).toEqual([]);
    expect(room.identities(client)).toEqual([eve]);
  });

  it("leaves no identity behind that nobody has any more", () => {
    const room = two();
    room.see("crm", "a", { fields: { email: "new@example.com" } });
    const client = byEmail(room, "new@example.com");
    expect(room.identities(client)).toEqual(["new@example.com"]);
    room.see("crm", "fresh", { fields: { email: ana } });
    expect(room.clients()).toHaveLength(3);
  });

  it("away from the client altogether is a conflict where it is the only identity", () => {
    const room = two();
    const client = byEmail(room, ana);
    room.see("crm", "a", { fields: { email: null, name: "Ana" }, emails: [] });
    expect(room.client(client).fields["email"]).toBe(ana);
    expect(room.conflicts()).toMatchObject([{ field: "email", kind: "identity-required" }]);
  });

  it.each([
    { phone: "+15550100", kept: null, kinds: [] },
    { phone: null, kept: ana, kinds: ["identity-required"] },
  ])("is cleared where another listed identity is left, and only there ($phone)", (one) => {
    const room = createRoom([{ name: "crm" }], { match: ["email", "phone"] });
    room.see("crm", "a", { fields: { email: ana, phone: one.phone } });
    const client = only(room);
    room.minute = 5;
    room.see("crm", "a", { fields: { email: null, phone: one.phone }, emails: [] });
    expect(room.client(client).fields["email"]).toBe(one.kept);
    expect(room.conflicts().map(({ kind }) => kind)).toEqual(one.kinds);
  });

  it("is a conflict for a phone too, where phones are identities", () => {
    const room = createRoom([{ name: "crm" }], { match: ["email", "phone"] });
    room.page("crm", {
      a: { fields: { email: ana, phone: "+15550100" } },
      e: { fields: { email: eve, phone: "+15550200" } },
    });
    room.minute = 5;
    room.see("crm", "a", { fields: { email: ana, phone: "+15550200" } });
    expect(byEmail(room, ana).fields["phone"]).toBe("+15550100");
    expect(room.conflicts()).toMatchObject([{ field: "phone", kind: "identity-taken" }]);
  });
});

describe("a second record of one connection", () => {
  const withDuplicate = () => {
    const room = createRoom([{ name: "crm" }]);
    room.page("crm", {
      a: { fields: { email: ana, name: "Ana" } },
      b: { fields: { email: ana, name: "Anna" } },
    });
    room.minute = 5;
    return { room, client: only(room) };
  };

  it("is a duplicate: neither pulled nor pushed", () => {
    const { room, client } = withDuplicate();
    expect(room.mapping("crm", "b").state).toBe("duplicate");
    room.see("crm", "b", { fields: { email: ana, name: "Annie" } });
    expect(room.client(client).fields["name"]).toBe("Ana");
    room.edit(client, { name: "here" });
    expect(room.send("crm", client)?.mapping.externalId).toBe("a");
  });

  it("takes its place when the first one is confirmed gone, and not before", () => {
    const { room, client } = withDuplicate();
    room.missing("crm", "a");
    expect(room.mapping("crm", "b").state).toBe("duplicate");
    room.minute = 6;
    room.gone("crm", "a");
    expect(room.mapping("crm", "a").state).toBe("unlinked");
    expect(room.mapping("crm", "b").state).toBe("linked");
    expect(room.client(client).removedAt).toBeNull();
    room.edit(client, { name: "here" });
    expect(room.send("crm", client)?.mapping.externalId).toBe("b");
  });

  it("is gone without a trace in the client when it is deleted itself", () => {
    const { room, client } = withDuplicate();
    room.see("crm", "b", { state: "deleted" });
    room.minute = 6;
    room.gone("crm", "b");
    expect(room.mapping("crm", "b").state).toBe("unlinked");
    expect(room.mapping("crm", "a").state).toBe("linked");
    expect(room.client(client).removedAt).toBeNull();
  });
});

describe("a record that is awaited (law 5)", () => {
  const owed = (ownName = "Ana") => {
    const room = createRoom([{ name: "crm" }]);
    const client = room.add({ email: ana, name: ownName });
    return { room, client, mapping: room.mappingOf("crm", client) };
  };

  it("is adopted by the id of ours that it carries, before any address is looked at", () => {
    const { room, client, mapping } = owed();
    const other = room.add({ email: eve });
    room.send("crm", client);
    room.minute = 5;
    room.see("crm", "r", { fields: { email: eve, name: "Ana" }, ownId: mapping.id });
    expect(room.mapping("crm", "r")).toMatchObject({ id: mapping.id, clientId: client.id });
    expect(room.entry("crm", client)?.action).not.toBe("create");
    expect(room.entry("crm", other)?.action).toBe("create");
  });

  it("is adopted by its address where it carries none: no second one is made", () => {
    const { room, client, mapping } = owed();
    room.see("crm", "r", { fields: { email: ana, name: "Ana" } });
    expect(room.mapping("crm", "r").id).toBe(mapping.id);
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("has no base: two different values go to the rule", () => {
    const { room, client, mapping } = owed("here");
    room.send("crm", client);
    room.minute = 5;
    room.see("crm", "r", { fields: { email: ana, name: "there", phone: "1" }, ownId: mapping.id });
    expect(room.client(client).fields).toMatchObject({ name: "there", phone: "1" });
    expect(room.journal().some(({ lost }) => lost === "here")).toBe(true);
  });

  it("counts what was sent and is there as agreed, so that an edit since then is no conflict", () => {
    const room = createRoom([{ name: "crm", strategy: "external-wins" }]);
    const client = room.add({ email: ana, name: "first" });
    const mapping = room.mappingOf("crm", client);
    room.send("crm", client);
    room.edit(client, { name: "second" });
    room.see("crm", "r", { fields: { email: ana, name: "first" }, ownId: mapping.id });
    expect(room.client(client).fields["name"]).toBe("second");
    expect(room.send("crm", client)?.fields).toEqual({ name: "second" });
  });

  it("is not a copy of a record that has its mapping already, nor one of another connection", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    const client = room.add({ email: ana });
    const mapping = room.mappingOf("crm", client);
    room.see("mail", "m", { fields: { email: eve }, ownId: mapping.id });
    expect(room.mapping("mail", "m").clientId).not.toBe(client.id);
    room.see("crm", "r", { fields: { email: ana }, ownId: mapping.id });
    room.see("crm", "copy", { fields: { email: "copy@example.com" }, ownId: mapping.id });
    expect(room.mapping("crm", "copy").clientId).not.toBe(client.id);
  });
});

describe("a record that was merged into another one there", () => {
  const pair = (survivor: string | null) => {
    const room = createRoom([{ name: "crm" }]);
    room.see("crm", "a", { fields: { email: ana, name: "Ana" } });
    if (survivor !== null) room.see("crm", "b", { fields: { email: survivor, name: "B" } });
    room.minute = 5;
    return { room, client: byEmail(room, ana) };
  };
  const merge = (room: Room) => room.see("crm", "a", { state: "deleted", mergedInto: "b" });

  it("goes on under its new id, with its base and what it is owed", () => {
    const { room, client } = pair(null);
    room.edit(client, { name: "here" });
    merge(room);
    expect(room.mapping("crm", "a").state).toBe("merged");
    expect(room.mapping("crm", "b")).toMatchObject({ state: "linked", clientId: client.id });
    const sent = must(room.send("crm", client), "the write");
    expect(sent.mapping.externalId).toBe("b");
    expect(sent.fields).toEqual({ name: "here" });
  });

  it("is followed also while a write to it was on its way", () => {
    const { room, client } = pair(null);
    room.edit(client, { name: "here" });
    const sent = must(room.send("crm", client), "the write");
    room.settle("crm", sent, { kind: "gone", mergedInto: "b" });
    expect(room.send("crm", client)).toMatchObject({
      mapping: { externalId: "b" },
      fields: { name: "here" },
    });
  });

  it("promotes the other one where that was its duplicate", () => {
    const { room, client } = pair(ana);
    merge(room);
    expect(room.mapping("crm", "b")).toMatchObject({ state: "linked", clientId: client.id });
    room.edit(client, { name: "here" });
    expect(room.send("crm", client)?.mapping.externalId).toBe("b");
  });

  it("joins no clients by itself: that is proposed", () => {
    const { room, client } = pair(eve);
    merge(room);
    expect(room.clients()).toHaveLength(2);
    expect(room.mapping("crm", "a").state).toBe("merged");
    expect(room.parked()).toMatchObject([{ externalId: "a", reason: "ambiguous" }]);
    expect(room.parked()[0]?.message).toContain(client.id);
  });

  it("neither moves fields nor is made again", () => {
    const { room, client } = pair(eve);
    merge(room);
    room.edit(client, { name: "here" });
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("is missing where it was a duplicate of the other one", () => {
    const { room } = pair(ana);
    room.see("crm", "b", { state: "deleted", mergedInto: "a" });
    expect(room.mapping("crm", "b").state).toBe("missing");
    room.decide((work, here) =>
      followMerge(work, here, room.party("crm"), room.mapping("crm", "b"), "a"),
    );
    expect(room.mapping("crm", "b").state).toBe("merged");
    expect(room.mapping("crm", "a").state).toBe("linked");
  });
});

describe("times of a first match", () => {
  it("come from the records, so that the later one's values stand", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail" }]);
    room.minute = 9;
    room.see("crm", "a", { fields: { email: ana, name: "later" }, modifiedAt: at(5) });
    room.see("mail", "m", { fields: { email: ana, name: "earlier" }, modifiedAt: at(4) });
    expect(only(room).fields["name"]).toBe("later");
  });
});
