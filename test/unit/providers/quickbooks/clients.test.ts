import { afterEach, describe, expect, it } from "vitest";
import { create, enter, kept, leave, observed, requests, save, update } from "./quickbooks-room.ts";

afterEach(leave);

const ada = { email: "ada@example.com", name: "Ada Lovelace" };

describe("a name that somebody else has in QuickBooks", () => {
  it("gets a mark behind it, the same each time, that is none of the name", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ add_vendor: "ADA LOVELACE" });
    const record = observed(await create(room, ada, "0190-own"));
    expect(kept(room, record.externalId)["DisplayName"]).toMatch(/^Ada Lovelace \(#[0-9a-f]{8}\)$/);
    expect(record.fields["name"]).toBe("Ada Lovelace");
    const [found] = await room.clients.get([record.externalId]);
    expect(found?.kind === "found" && found.observation.fields["name"]).toBe("Ada Lovelace");
    requests(room);
    expect(observed(await update(room, record, { name: "Ada Lovelace" })).version).toBe("0");
    expect(requests(room)).toEqual([`GET customer/${record.externalId}`]);
  });

  it("is the client itself where the other one has its address", async () => {
    const room = await enter();
    const { Id } = await save(room, {
      DisplayName: "ada lovelace",
      PrimaryEmailAddr: { Address: "x@example.com, Ada@example.com" },
    });
    expect(await create(room, ada)).toEqual({ kind: "exists", externalId: Id });
  });

  it("leads a create that is repeated too late to what the first one made", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ add_vendor: "Ada Lovelace" });
    const request = { fields: { name: "Ada Lovelace" }, ownId: "0190-own", key: "create-once" };
    const first = observed(await room.clients.create(request));
    room.clock.advance(3_600_000);
    expect(await room.clients.create(request)).toEqual({
      kind: "exists",
      externalId: first.externalId,
    });
  });

  it("gets a mark in an update, too, and loses it when the name is free", async () => {
    const room = await enter();
    await save(room, { DisplayName: "Ada King" });
    let record = observed(await create(room, ada));
    record = observed(await update(room, record, { name: "Ada King" }));
    expect(record.fields["name"]).toBe("Ada King");
    expect(kept(room, record.externalId)["DisplayName"]).toMatch(/^Ada King \(#[0-9a-f]{8}\)$/);
    record = observed(await update(room, record, { name: "Ada Byron" }));
    expect(kept(room, record.externalId)["DisplayName"]).toBe("Ada Byron");
  });
});

describe("a client without a name", () => {
  it("is called by its address, which follows when that changes", async () => {
    const room = await enter();
    let record = observed(await create(room, { email: "ada@example.com", company: "Engines" }));
    expect(record.fields["name"]).toBe(null);
    expect(kept(room, record.externalId)["DisplayName"]).toBe("ada@example.com");
    record = observed(await update(room, record, { email: "king@example.com" }));
    expect(kept(room, record.externalId)["DisplayName"]).toBe("king@example.com");
    record = observed(await update(room, record, { email: null }));
    expect(kept(room, record.externalId)["DisplayName"]).toBe("Engines (no name)");
    expect(record.fields["name"]).toBe(null);
  });
});

describe("metered reads", () => {
  it("are none for an update that needs to know nothing else of the customer", async () => {
    const room = await enter();
    const record = observed(await create(room, ada));
    requests(room);
    const changed = observed(await update(room, record, { phone: "+44 20", notes: "x" }));
    expect(requests(room)).toEqual(["POST customer"]);
    expect(changed.version).toBe("1");
    observed(await update(room, changed, { name: "Ada King" }));
    expect(requests(room)).toEqual([`GET customer/${record.externalId}`, "POST customer"]);
    observed(await room.clients.remove(record.externalId));
    expect(requests(room)).toEqual([`GET customer/${record.externalId}`, "POST customer"]);
  });

  it("are few for many look-ups", async () => {
    const room = await enter({ clients: 250 });
    const ids = Array.from({ length: 250 }, (_, index) => String(index + 1));
    const found = await room.clients.get([...ids, "999", "a/b", "o'neill"]);
    expect(found.slice(0, 250).every(({ kind }) => kind === "found")).toBe(true);
    expect(found.slice(250).map(({ kind }) => kind)).toEqual(["gone", "gone", "gone"]);
    // One that no query shows is asked for by itself.
    expect(requests(room)).toEqual(["GET query", "GET query", "GET customer/999"]);
  });
});

describe("the version", () => {
  it("that is old is refused, and the customer read back", async () => {
    const room = await enter();
    const record = observed(await create(room, ada));
    await save(room, { Id: record.externalId, SyncToken: "0", sparse: true, CompanyName: "New" });
    requests(room);
    const answer = await update(room, record, { phone: "+44 20" });
    expect(answer.kind === "stale" && answer.observation.fields["company"]).toBe("New");
    expect(requests(room)).toEqual(["POST customer", `GET customer/${record.externalId}`]);
    expect(room.served().writes).toBe(0);
  });

  it("that moved for nothing of ours is taken anew", async () => {
    const room = await enter();
    const record = observed(await create(room, ada));
    await save(room, { Id: record.externalId, SyncToken: "0", sparse: true, Suffix: "Jr" });
    expect(observed(await update(room, record, { phone: "+44 20" })).version).toBe("2");
    expect(kept(room, record.externalId)["Suffix"]).toBe("Jr");
  });
});

describe("what else a customer holds", () => {
  it.each([false, true])("stays in its address, merged or replaced (%s)", async (merges) => {
    const room = await enter();
    room.sandbox.control.changeVendor({ sparse_merges_nested: merges });
    const { Id } = await save(room, {
      DisplayName: "Ada",
      BillAddr: { Line1: "1", Line2: "2", Line3: "3", City: "London", County: "Kent" },
    });
    const [found] = await room.clients.get([String(Id)]);
    if (found?.kind !== "found") throw new Error("the customer is not found");
    const changes = { city: "Paris", address_line2: null };
    const changed = observed(await update(room, found.observation, changes));
    expect(changed.fields).toMatchObject({
      city: "Paris",
      address_line1: "1",
      address_line2: null,
    });
    expect(kept(room, String(Id))["BillAddr"]).toMatchObject({ Line3: "3", County: "Kent" });
    expect(kept(room, String(Id))["BillAddr"]).not.toHaveProperty("Line2");
  });

  it("stays beside the first of several addresses, and each of them finds the customer", async () => {
    const room = await enter();
    const { Id } = await save(room, {
      DisplayName: "Ada",
      PrimaryEmailAddr: { Address: "Ada@example.com, office@example.com" },
    });
    const find = (email: string) => room.clients.find({ ownId: "0190", emails: [email] });
    const [seen] = await find("office@example.com");
    if (seen === undefined) throw new Error("the customer is not found");
    expect(seen.emails).toEqual(["ada@example.com", "office@example.com"]);
    expect(await find("ffice@example.com")).toEqual([]);
    const changed = observed(await update(room, seen, { email: "ada.king@example.com" }));
    expect(changed.emails).toEqual(["ada.king@example.com", "office@example.com"]);
    expect(kept(room, String(Id))["PrimaryEmailAddr"]).toEqual({
      Address: "ada.king@example.com, office@example.com",
    });
  });

  it("follows the name where it made it up: first, middle and last name", async () => {
    const room = await enter();
    const { Id } = await save(room, { GivenName: "Ada", MiddleName: "A.", FamilyName: "Byron" });
    const [found] = await room.clients.get([String(Id)]);
    if (found?.kind !== "found") throw new Error("the customer is not found");
    observed(await update(room, found.observation, { name: "Ada A. King" }));
    expect(kept(room, String(Id))).toMatchObject({
      GivenName: "Ada",
      MiddleName: "A.",
      FamilyName: "King",
    });
  });
});

describe("an address of odd characters", () => {
  it("is found", async () => {
    const room = await enter();
    for (const email of ["o'neill+x@example.com", "a%b&c#d@example.com", "ä_ö@例え.jp"]) {
      const made = observed(await create(room, { email, name: `Name of ${email}` }));
      const found = await room.clients.find({ ownId: "0190", emails: [email] });
      expect(found.map((one) => one.externalId)).toEqual([made.externalId]);
    }
  });
});

describe("a customer that is inactive", () => {
  it("is gone, and is there again under its name when it comes back", async () => {
    const room = await enter();
    const record = observed(await create(room, ada));
    const id = record.externalId;
    expect(observed(await room.clients.remove(id)).state).toBe("deleted");
    expect(kept(room, id)).toMatchObject({ Active: false, DisplayName: "Ada Lovelace (deleted)" });
    const again = observed(await create(room, ada));
    expect(kept(room, again.externalId)["DisplayName"]).toBe("Ada Lovelace");
    await room.clients.remove(again.externalId);
    await save(room, { Id: id, SyncToken: "1", sparse: true, Active: true });
    const [found] = await room.clients.get([id]);
    expect(found?.kind === "found" && found.observation.fields["name"]).toBe("Ada Lovelace");
  });
});
