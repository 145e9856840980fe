import { describe, expect, it } from "vitest";
import { must } from "../../../src/lib/assert.ts";
import type { Client } from "../../../src/model/client.ts";
import type { Outcome } from "../../../src/reconcile/answer.ts";
import { reopenRefused } from "../../../src/reconcile/owe.ts";
import { reconcileClient } from "../../../src/reconcile/pair.ts";
import { at, createRoom } from "./room.ts";
import type { PartySpec, Room } from "./room.ts";

const email = "ana@example.com";
const fields = { email, name: "Ana", phone: "1" };

function linked(spec: Partial<PartySpec> = {}, ...others: readonly PartySpec[]) {
  const room = createRoom([{ name: "crm", ...spec }, ...others]);
  const client = room.add(fields);
  for (const { name } of [{ name: "crm" }, ...others]) room.see(name, name, { fields });
  room.minute = 10;
  return { room, client };
}

/** An edit of the name that was sent, and what came of it. */
function sentName(outcome: (room: Room) => Outcome, spec: Partial<PartySpec> = {}) {
  const { room, client } = linked(spec);
  room.edit(client, { name: "here" });
  const sent = must(room.send("crm", client), "the write");
  room.minute = 11;
  room.settle("crm", sent, outcome(room));
  return { room, client, sent };
}

const refused = (): Outcome => ({ kind: "refused", message: "no such name" });
const unknown = (): Outcome => ({ kind: "unknown", at: at(20), reason: "no answer" });
const state = (room: Room, client: Client) => room.entry("crm", client)?.state;

describe("the outbox (law 5)", () => {
  it("has one open entry a client and connection, whatever is edited until it is sent", () => {
    const { room, client } = linked();
    room.edit(client, { name: "a" });
    const first = room.entry("crm", client);
    room.edit(client, { name: "b", phone: "2" });
    expect(room.entry("crm", client)?.id).toBe(first?.id);
    expect(room.send("crm", client)?.fields).toEqual({ name: "b", phone: "2" });
  });

  it("sends what was frozen, not what was edited after", () => {
    const { room, client } = linked();
    room.edit(client, { name: "a" });
    const sent = must(room.send("crm", client), "the write");
    room.edit(client, { name: "b" });
    expect(room.entry("crm", client)?.frozen?.fields).toEqual(sent.fields);
    expect(room.entry("crm", client)?.state).toBe("sending");
  });

  it("owes nothing any more where both sides agree before it is sent", () => {
    const { room, client } = linked();
    room.edit(client, { name: "a" });
    room.edit(client, { name: "Ana" });
    expect(room.entry("crm", client)).toBeUndefined();
    room.edit(client, { name: "b" });
    room.see("crm", "crm", { fields: { ...fields, name: "b" } });
    expect(room.entry("crm", client)).toBeUndefined();
  });

  it("owes again, as it is by then, what was turned away unread, at the time that was asked for", () => {
    const later: Outcome = { kind: "later", at: at(40), reason: "asked to wait" };
    const { room, client } = sentName(() => later);
    expect(room.entry("crm", client)).toMatchObject({
      state: "due",
      frozen: null,
      nextAttemptAt: at(40),
      attempts: 0,
    });
  });

  it("fetches, reconciles and owes anew what met a record that had changed (law 6)", () => {
    const { room, client } = sentName((here) => ({
      kind: "stale",
      observation: here.observation("crm", { fields: { ...fields, phone: "2" } }),
    }));
    expect(room.client(client).fields).toMatchObject({ name: "here", phone: "2" });
    expect(room.send("crm", client)?.fields).toEqual({ name: "here" });
  });

  it("holds a record missing where it was gone when it was to be written", () => {
    const { room, client } = sentName(() => ({ kind: "gone", mergedInto: null }));
    expect(room.mapping("crm", "crm").state).toBe("missing");
    expect(room.entry("crm", client)).toBeUndefined();
    expect(room.clients()).toHaveLength(1);
  });
});

describe("a write without an answer", () => {
  it("is left alone by every other decision", () => {
    const { room, client, sent } = sentName(unknown);
    room.edit(client, { name: "later edit" });
    room.see("crm", "crm", { fields: { ...fields, phone: "2" } });
    expect(room.entry("crm", client)).toMatchObject({
      id: sent.entry.id,
      state: "unknown",
      frozen: { fields: { name: "here" }, key: sent.entry.frozen?.key },
    });
  });

  it.each(["external-wins", "manual", "last-write-wins"] as const)(
    "counts what it sent and is there as the base, so that an edit since then stands (%s)",
    (strategy) => {
      const { room, client } = sentName(unknown, { strategy });
      room.edit(client, { name: "later edit" });
      room.minute = 30;
      room.see("crm", "crm", { fields: { ...fields, name: "here" } });
      expect(room.client(client).fields["name"]).toBe("later edit");
      expect(room.conflicts()).toEqual([]);
    },
  );

  it("counts it so too where it is read again and another field was changed since", () => {
    const { room, client } = linked({ strategy: "external-wins" });
    room.edit(client, { name: "here", phone: "2" });
    const sent = must(room.send("crm", client), "the write");
    room.settle("crm", sent, unknown());
    room.edit(client, { name: "later edit" });
    room.minute = 30;
    room.settle("crm", sent, {
      kind: "stale",
      observation: room.observation("crm", { fields: { email, name: "here", phone: "3" } }),
    });
    expect(room.client(client).fields).toMatchObject({ name: "later edit", phone: "3" });
    expect(room.send("crm", client)?.fields).toEqual({ name: "later edit" });
  });

  it("takes what the record says where it says something else", () => {
    const { room, client } = sentName(unknown, { strategy: "external-wins" });
    room.minute = 30;
    room.see("crm", "crm", { fields: { ...fields, name: "there" } });
    expect(room.client(client).fields["name"]).toBe("there");
  });

  it("is owed again under a new key once it is proved absent", () => {
    const room = createRoom([{ name: "crm" }]);
    const client = room.add(fields);
    const sent = must(room.send("crm", client), "the create");
    room.settle("crm", sent, unknown());
    room.settle("crm", sent, { kind: "later", at: at(30), reason: "it was proved absent" });
    room.minute = 30;
    expect(room.send("crm", client)?.entry.frozen?.key).not.toBe(sent.entry.frozen?.key);
  });

  it("is held where several records could be it, until a person decides", () => {
    const room = createRoom([{ name: "crm" }]);
    const client = room.add(fields);
    const sent = must(room.send("crm", client), "the create");
    room.settle("crm", sent, unknown());
    room.settle("crm", sent, { kind: "ambiguous", message: "r1 or r2" });
    expect(state(room, client)).toBe("held");
    room.edit(client, { name: "here" });
    expect(state(room, client)).toBe("held");
    room.see("crm", "r1", { fields: { ...fields, name: "here" } });
    expect(room.mapping("crm", "r1").clientId).toBe(client.id);
    expect(room.entry("crm", client)).toBeUndefined();
  });
});

describe("a refused write (law 11)", () => {
  it("is parked with its reason and counted", () => {
    const { room, client } = sentName(refused);
    expect(room.entry("crm", client)).toMatchObject({
      state: "parked",
      reason: "no such name",
      attempts: 1,
    });
  });

  it("stays parked while nothing changed: not for another listing, nor for another record", () => {
    const { room, client } = linked({}, { name: "mail" });
    room.edit(client, { name: "here" });
    const sent = must(room.send("crm", client), "the write");
    room.settle("crm", sent, refused());
    room.deliver("mail", client);
    room.minute = 20;
    room.see("crm", "crm", { fields });
    room.see("mail", "mail", { fields: { ...fields, name: "here" } });
    room.decide((work, here) => reconcileClient(work, here, client.id));
    expect(state(room, client)).toBe("parked");
  });

  it("is tried again when what is owed is another write", () => {
    const { room, client } = sentName(refused);
    room.edit(client, { name: "another" });
    expect(state(room, client)).toBe("due");
    expect(room.send("crm", client)?.fields).toEqual({ name: "another" });
  });

  it("is tried again when the record changed there", () => {
    const { room, client } = sentName(refused);
    room.minute = 20;
    room.see("crm", "crm", { fields: { ...fields, phone: "2" } });
    expect(state(room, client)).toBe("due");
  });

  it("is tried again when the configuration says so, and dropped when nothing is owed", () => {
    const { room, client } = sentName(refused);
    room.decide((work) => {
      expect(work.openEntry(client.id, "crm")?.state).toBe("parked");
    });
    room.decide((work, here) => {
      reopenRefused(work, here, { clientId: client.id, connectionId: "crm" });
      reconcileClient(work, here, client.id);
    });
    expect(state(room, client)).toBe("due");
    room.edit(client, { name: "Ana" });
    expect(state(room, client)).toBeUndefined();
  });

  it("of a create stays parked too, until the client is edited", () => {
    const room = createRoom([{ name: "crm" }, { name: "mail", create: { there: false } }]);
    const client = room.add(fields);
    room.settle("crm", must(room.send("crm", client), "the create"), refused());
    room.see("mail", "m", { fields });
    expect(state(room, client)).toBe("parked");
    room.edit(client, { name: "here" });
    expect(state(room, client)).toBe("due");
  });
});

describe("the journal", () => {
  it("tells of every field that is taken or sent: before, after, side, source, rule and run", () => {
    const { room, client } = linked({}, { name: "mail" });
    room.see("crm", "crm", { fields: { ...fields, name: "there" } });
    room.deliver("mail", client);
    const lines = room.journal().filter(({ field, runId }) => field === "name" && runId !== null);
    expect(lines.slice(-2)).toMatchObject([
      { side: "local", before: "Ana", after: "there", source: "crm", rule: "remote-changed" },
      { side: "remote", connectionId: "mail", before: "Ana", after: "there", rule: "delivered" },
    ]);
  });

  it("tells of every field of a client that a record brought", () => {
    const room = createRoom([{ name: "crm" }]);
    room.see("crm", "r", { fields });
    const lines = room.journal().filter(({ side, field }) => side === "local" && field !== null);
    expect(lines.map(({ field, after }) => [field, after])).toEqual(Object.entries(fields));
    expect(lines[0]).toMatchObject({ action: "create", source: "crm", rule: "new-record" });
  });

  it("tells of each step of a mapping, and why", () => {
    const { room } = linked({ deletes: "propagate" });
    room.missing("crm", "crm");
    room.gone("crm", "crm");
    expect(
      room
        .journal()
        .slice(-3)
        .map(({ action, rule }) => `${action} ${rule}`),
    ).toEqual(["unlink absent", "unlink gone", "delete gone"]);
  });
});
