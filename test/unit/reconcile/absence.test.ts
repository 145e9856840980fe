import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import { addClient } from "../../../src/reconcile/edit.ts";
import { at, createRoom } from "./room.ts";
import type { PartySpec, Room } from "./room.ts";

const email = "ana@example.com";
const fields = { email, name: "Ana", phone: "1" };

/** One client with a record at each connection, named like it; all the same at minute 0. */
function everywhere(...specs: readonly PartySpec[]) {
  const room = createRoom(specs);
  const client = room.add(fields);
  for (const { name } of specs) room.see(name, name, { fields });
  room.minute = 10;
  return { room, client };
}

const removed = (room: Room, client: { readonly id: string }) =>
  room.decide((work) => work.client(client.id).removedAt !== null);

describe("a record that is gone there (law 7)", () => {
  it.each(["listed as deleted", "absent"])(
    "is missing first where it is %s: nothing else happens",
    (how) => {
      const { room, client } = everywhere({ name: "crm", deletes: "propagate" });
      room.edit(client, { name: "here" });
      if (how === "absent") room.missing("crm", "crm");
      else room.see("crm", "crm", { state: "deleted" });
      expect(room.mapping("crm", "crm").state).toBe("missing");
      expect(removed(room, client)).toBe(false);
      expect(room.entry("crm", client)).toBeUndefined();
    },
  );

  it.each(["missing", "unlinked"])("is linked again where it reappears while %s", (state) => {
    const { room, client } = everywhere({ name: "crm" });
    room.missing("crm", "crm");
    if (state === "unlinked") room.gone("crm", "crm");
    expect(room.mapping("crm", "crm").state).toBe(state);
    room.minute = 12;
    room.see("crm", "crm", { fields: { ...fields, name: "there" } });
    expect(room.mapping("crm", "crm")).toMatchObject({ state: "linked" });
    expect(room.client(client).fields["name"]).toBe("there");
  });

  it("is unlinked under `unlink`: the client stays, and is deleted and made anew nowhere", () => {
    const { room, client } = everywhere({ name: "crm" }, { name: "mail", deletes: "propagate" });
    room.missing("crm", "crm");
    room.gone("crm", "crm");
    expect(room.mapping("crm", "crm").state).toBe("unlinked");
    expect(removed(room, client)).toBe(false);
    expect(room.entry("mail", client)).toBeUndefined();
    room.edit(client, { name: "here" });
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.entry("mail", client)?.action).toBe("update");
  });

  it("is as good as not noticed under `ignore`", () => {
    const { room, client } = everywhere({ name: "crm", deletes: "ignore" });
    room.missing("crm", "crm");
    room.gone("crm", "crm");
    expect(room.mapping("crm", "crm").state).toBe("unlinked");
    expect(removed(room, client)).toBe(false);
    room.edit(client, { name: "here" });
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("takes the client with it under `propagate`, and each other record by its own connection's policy", () => {
    const { room, client } = everywhere(
      { name: "crm", deletes: "propagate" },
      { name: "mail", deletes: "propagate" },
      { name: "bills" },
      { name: "list", deletes: "propagate", direction: "pull" },
    );
    room.missing("crm", "crm");
    room.gone("crm", "crm");
    expect(removed(room, client)).toBe(true);
    expect(room.entry("mail", client)).toMatchObject({ action: "delete", state: "due" });
    expect(room.entry("bills", client)).toBeUndefined();
    expect(room.entry("list", client)).toBeUndefined();
    for (const name of ["mail", "bills", "list"])
      expect(room.mapping(name, name).state).toBe("suppressed");
    expect(room.mapping("crm", "crm").state).toBe("unlinked");
  });

  it.each([
    { what: "that was not sent yet", edit: { name: "here" }, spec: {} },
    {
      what: "that is never sent there",
      edit: { name: "here" },
      spec: { direction: "pull" as const },
    },
    { what: "of a field that is not known there", edit: { "custom.vat": "1" }, spec: {} },
  ])("does not take the client with it against an edit here $what", ({ edit, spec }) => {
    const lens = { ...must(createRoom([{ name: "x" }]).party("x").lens, "a lens") };
    const known = { ...lens, holds: (field: string) => !field.startsWith("custom.") };
    const { room, client } = everywhere({
      name: "crm",
      deletes: "propagate",
      lens: known,
      ...spec,
    });
    room.edit(client, edit);
    room.minute = 12;
    room.missing("crm", "crm");
    room.minute = 14;
    room.gone("crm", "crm");
    expect(removed(room, client)).toBe(false);
    expect(room.mapping("crm", "crm").state).toBe("unlinked");
  });

  it("takes the client with it where the last edit here was before the record was seen last", () => {
    const { room, client } = everywhere({ name: "crm", deletes: "propagate" });
    room.edit(client, { name: "here" });
    room.minute = 11;
    room.deliver("crm", client);
    room.minute = 12;
    room.missing("crm", "crm");
    room.minute = 14;
    room.gone("crm", "crm");
    expect(removed(room, client)).toBe(true);
  });

  it("drops no identity of the client's own, and is not made anew by its old address", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.missing("crm", "crm");
    room.gone("crm", "crm");
    room.minute = 12;
    room.see("crm", "another", { fields });
    expect(room.clients()).toHaveLength(1);
    expect(room.mapping("crm", "another")).toMatchObject({ state: "linked", clientId: client.id });
  });
});

describe("a client that is removed here", () => {
  it("leaves a tombstone; its records stay where deletes are not propagated", () => {
    const { room, client } = everywhere({ name: "crm" }, { name: "mail", deletes: "ignore" });
    room.edit(client, { name: "here" });
    room.remove(client);
    expect(removed(room, client)).toBe(true);
    for (const name of ["crm", "mail"]) {
      expect(room.mapping(name, name).state).toBe("suppressed");
      expect(room.entry(name, client)).toBeUndefined();
    }
  });

  it("takes its records with it where deletes are propagated", () => {
    const { room, client } = everywhere({ name: "crm", deletes: "propagate" });
    room.edit(client, { name: "here" });
    room.remove(client);
    expect(room.entry("crm", client)).toMatchObject({ action: "delete", state: "due" });
    room.deliver("crm", client);
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mapping("crm", "crm").state).toBe("unlinked");
    expect(room.journal().at(-1)).toMatchObject({ side: "remote", action: "delete" });
  });

  it("is not made anew by its records, listed again as they were", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.remove(client);
    room.minute = 20;
    room.see("crm", "crm", { fields });
    expect(room.clients()).toEqual([]);
    expect(room.mapping("crm", "crm").state).toBe("suppressed");
  });

  it("comes back by an edit of a field there, with all its records, and owes them what changed", () => {
    const { room, client } = everywhere({ name: "crm" }, { name: "mail" });
    room.remove(client);
    room.minute = 20;
    room.see("crm", "crm", { fields: { ...fields, name: "there" } });
    expect(removed(room, client)).toBe(false);
    expect(room.client(client).fields["name"]).toBe("there");
    expect(room.mapping("mail", "mail").state).toBe("linked");
    expect(room.send("mail", client)?.fields).toEqual({ name: "there" });
  });

  it("comes back by being added again, with its records", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.remove(client);
    const again = room.add({ email, name: "Ana again" });
    expect(again.id).toBe(client.id);
    expect(room.send("crm", client)?.fields).toEqual({ name: "Ana again" });
  });

  it("stays removed where its address was given to another client meanwhile", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail", create: { there: false } }]);
    const client = room.add(fields);
    const other = room.add({ email: "eve@example.com" });
    room.see("crm", "r", { fields });
    room.minute = 10;
    room.remove(client);
    room.edit(other, { email });
    room.minute = 20;
    room.see("crm", "r", { fields: { ...fields, name: "there" } });
    expect(removed(room, client)).toBe(true);
    expect(room.parked()).toMatchObject([{ externalId: "r", reason: "ambiguous" }]);
    expect(room.parked()[0]?.message).toContain(other.id);
  });

  it("does not come back by what our own write changed there", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.edit(client, { name: "here" });
    const sent = must(room.send("crm", client), "the write");
    room.remove(client);
    room.minute = 11;
    room.settle("crm", sent, {
      kind: "done",
      observation: room.observation("crm", { fields: { ...fields, name: "here" } }),
    });
    room.minute = 20;
    room.see("crm", "crm", { fields: { ...fields, name: "here" } });
    expect(removed(room, client)).toBe(true);
    expect(room.mapping("crm", "crm").state).toBe("suppressed");
  });

  it("takes a record with it that was on its way when it was removed", () => {
    const room = createRoom([{ name: "crm", deletes: "propagate" }]);
    const client = room.add(fields);
    const sent = must(room.send("crm", client), "the create");
    room.remove(client);
    expect(room.entry("crm", client)?.state).toBe("sending");
    room.settle("crm", sent, { kind: "done", observation: room.observation("r", { fields }) });
    expect(room.entry("crm", client)).toMatchObject({ action: "delete", state: "due" });
  });

  it("is linked again where it was added again while its record's delete was lost on the way", () => {
    const { room, client } = everywhere({ name: "crm", deletes: "propagate" });
    room.remove(client);
    const sent = must(room.send("crm", client), "the delete");
    room.settle("crm", sent, { kind: "unknown", at: at(20), reason: "no answer" });
    room.add({ email, name: "Ana again" });
    room.minute = 20;
    room.settle("crm", sent, { kind: "later", at: at(20), reason: "it was not carried out" });
    expect(room.send("crm", client)).toBeNull();
    expect(room.mapping("crm", "crm").state).toBe("linked");
    expect(room.send("crm", client)?.fields).toEqual({ name: "Ana again" });
  });

  it("cancels a create that was not sent yet", () => {
    const room = createRoom([{ name: "crm", deletes: "propagate" }]);
    const client = room.add(fields);
    room.remove(client);
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.mappingOf("crm", client).state).toBe("cancelled");
  });

  it("closes its conflicts", () => {
    const { room, client } = everywhere({ name: "crm", strategy: "manual" });
    room.edit(client, { name: "here" });
    room.see("crm", "crm", { fields: { ...fields, name: "there" } });
    expect(room.conflicts()).toHaveLength(1);
    room.remove(client);
    expect(room.conflicts()).toEqual([]);
  });

  it("gives its addresses to whoever needs them, and is not in the way of an edit", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.remove(client);
    const other = room.add({ email: "eve@example.com" });
    room.edit(other, { email });
    expect(room.identities(other)).toContain(email);
    expect(() => room.decide((work, here) => addClient(work, here, { fields }))).toThrow(
      "belongs to client",
    );
  });
});

describe("what was seen before (law 6)", () => {
  it("is dropped: an observation that was requested before the last one changes nothing", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.minute = 30;
    room.see("crm", "crm", { fields: { ...fields, name: "new" } });
    room.see("crm", "crm", { fields: { ...fields, name: "old" }, requestedAt: at(20) });
    room.see("crm", "crm", { state: "deleted", requestedAt: at(20) });
    expect(room.client(client).fields["name"]).toBe("new");
    expect(room.mapping("crm", "crm").state).toBe("linked");
  });

  it("is dropped also where it was requested before our own write was answered", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.edit(client, { name: "here" });
    room.minute = 20;
    room.deliver("crm", client);
    room.minute = 30;
    room.see("crm", "crm", { fields, requestedAt: at(15) });
    expect(room.client(client).fields["name"]).toBe("here");
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("does not make everything old after our clock was set back", () => {
    const { room, client } = everywhere({ name: "crm" });
    room.minute = 5000;
    room.see("crm", "crm", { fields: { ...fields, name: "from the future" } });
    room.minute = 40;
    room.see("crm", "crm", { fields: { ...fields, name: "now" } });
    expect(room.client(client).fields["name"]).toBe("now");
  });
});
