import { describe, expect, it } from "vitest";
import { createRoom } from "./room.ts";
import type { PartySpec } from "./room.ts";

const outside = "its stage is not customer";
const ana = { email: "ana@example.com", name: "Ana" };
const crm = { name: "crm" };

const mail = (create: PartySpec["create"]): PartySpec => ({
  name: "mail",
  ...(create === undefined ? {} : { create }),
});

describe("a record outside of its connection's filter (laws 7 and 8)", () => {
  it("becomes no client, with the reason, until it comes in", () => {
    const room = createRoom([crm]);
    room.see("crm", "a", { fields: ana, outside });
    expect(room.clients()).toEqual([]);
    expect(room.parked()).toMatchObject([{ externalId: "a", reason: "not-wanted" }]);
    expect(room.parked()[0]?.message).toContain(outside);
    room.minute = 5;
    room.see("crm", "a", { fields: ana });
    expect(room.clients().map(({ fields }) => fields["name"])).toEqual(["Ana"]);
    expect(room.parked()).toEqual([]);
  });

  it("stays linked once it is, and its fields go on", () => {
    const room = createRoom([crm]);
    room.see("crm", "a", { fields: ana });
    room.minute = 5;
    room.see("crm", "a", { fields: { ...ana, name: "Anna" }, outside });
    expect(room.mapping("crm", "a").state).toBe("linked");
    expect(room.clients()[0]?.fields["name"]).toBe("Anna");
    expect(room.parked()).toEqual([]);
  });

  it("that was missing is back where it is seen again, wherever it is", () => {
    const room = createRoom([crm]);
    room.see("crm", "a", { fields: ana });
    room.missing("crm", "a");
    room.minute = 5;
    room.see("crm", "a", { fields: ana, outside });
    expect(room.mapping("crm", "a").state).toBe("linked");
  });

  it("is not linked to a client that needs no record there", () => {
    const room = createRoom([crm, mail({ there: false })]);
    room.see("crm", "a", { fields: ana });
    room.see("mail", "m", { fields: ana, outside });
    expect(() => room.mapping("mail", "m")).toThrow("a mapping of m");
    expect(room.parked()).toMatchObject([{ externalId: "m", reason: "not-wanted" }]);
  });

  it("is the record of a client that is to have one there, in place of a second one", () => {
    const room = createRoom([crm, mail({ there: true })]);
    room.see("crm", "a", { fields: ana });
    const [client] = room.clients();
    if (client === undefined) throw new Error("no client");
    expect(room.mappingOf("mail", client).state).toBe("creating");
    room.minute = 5;
    room.see("mail", "m", { fields: ana, outside });
    expect(room.mapping("mail", "m")).toMatchObject({ clientId: client.id, state: "linked" });
    expect(room.entry("mail", client)).toBeUndefined();
  });

  it("is no second record of a client that has one", () => {
    const room = createRoom([crm]);
    room.see("crm", "a", { fields: ana });
    room.see("crm", "b", { fields: ana, outside });
    expect(() => room.mapping("crm", "b")).toThrow("a mapping of b");
    expect(room.parked()).toMatchObject([{ externalId: "b", reason: "not-wanted" }]);
  });

  it("brings nobody back who was removed here", () => {
    const room = createRoom([crm, mail({ there: true })]);
    room.see("crm", "a", { fields: ana });
    const [client] = room.clients();
    if (client === undefined) throw new Error("no client");
    room.remove(client);
    room.see("mail", "m", { fields: ana, outside });
    expect(room.client(client).removedAt).not.toBeNull();
    expect(() => room.mapping("mail", "m")).toThrow("a mapping of m");
  });

  it("is adopted where it carries the id of a create that got no answer", () => {
    const room = createRoom([crm, mail({ there: true })]);
    room.see("crm", "a", { fields: ana });
    const [client] = room.clients();
    if (client === undefined) throw new Error("no client");
    const sent = room.send("mail", client);
    room.minute = 5;
    room.see("mail", "m", { fields: ana, outside, ownId: sent?.mapping.id ?? null });
    expect(room.mapping("mail", "m")).toMatchObject({ clientId: client.id, state: "linked" });
  });
});
