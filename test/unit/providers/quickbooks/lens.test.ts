import { describe, expect, it } from "vitest";
import { parseCustomer } from "../../../../src/providers/quickbooks/customer.ts";
import { customerLens } from "../../../../src/providers/quickbooks/lens.ts";

const meta = { Id: "1", SyncToken: "0" };
const nameOf = (DisplayName: string) =>
  customerLens.get(parseCustomer({ ...meta, DisplayName }))["name"];
const normalName = (name: string) => customerLens.normal({ name })["name"];

describe("a customer's name", () => {
  it.each([
    ["Ada (#0a1b2c3d)", "Ada"],
    ["Ada (deleted)", "Ada"],
    ["Ada (#0a1b2c3d) (deleted)", "Ada"],
    ["Ada (#1)", "Ada (#1)"],
    ["Ada (#0A1B2C3D)", "Ada (#0A1B2C3D)"],
    ["(#0a1b2c3d)", "(#0a1b2c3d)"],
    ["Ada (retired)", "Ada (retired)"],
    ["ada@example.com", null],
    ["ada@example.com (#0a1b2c3d)", null],
    ["Engines (no name)", null],
    ["(no name)", null],
  ])("is read from %s as %s", (shown, name) => {
    expect(nameOf(shown)).toBe(name);
  });

  it.each([
    ["Engines: Berlin", "Engines - Berlin"],
    ["12:30 Club", "12 - 30 Club"],
    ["Ada\tLovelace", "Ada Lovelace"],
    ["Ada (deleted)", "Ada"],
    ["x".repeat(600), "x".repeat(470)],
  ])("is held, of %j, as %j", (name, held) => {
    expect(normalName(name)).toBe(held);
  });

  it("that is no name to us cannot be held", () => {
    expect(customerLens.normal({ name: "ada@example.com" })).toEqual({});
    expect(customerLens.normal({ name: "Engines (no name)" })).toEqual({});
  });
});

describe("what QuickBooks has no room for", () => {
  it("is cut where it is text, and left out where half of it would be wrong", () => {
    const fields = {
      company: "c".repeat(120),
      notes: "n".repeat(2100),
      postal_code: "1".repeat(40),
      phone: "1".repeat(31),
      email: `${"e".repeat(95)}@x.example`,
    };
    expect(customerLens.normal(fields)).toEqual({
      company: "c".repeat(100),
      notes: "n".repeat(2000),
      postal_code: "1".repeat(30),
    });
    expect(customerLens.normal({ email: "ada@localhost" })).toEqual({});
  });

  it("stays behind an edit of the rest", () => {
    const local = `${"a".repeat(90)} and all of its many sisters`;
    const held = customerLens.normal({ company: local })["company"] ?? null;
    const edited = typeof held === "string" ? `The ${held.slice(20)}` : null;
    expect(customerLens.lift("company", edited, local, held)).toBe(`The ${local.slice(20)}`);
    expect(customerLens.lift("company", "Other", local, held)).toBe("Other");
  });
});

describe("a record", () => {
  it("without the coordinates and the id of its address is the same", () => {
    const one = { Id: "9", Lat: "INVALID", Long: "INVALID", City: "Bonn" };
    const parsed = parseCustomer({ ...meta, BillAddr: one });
    expect(parsed).toEqual(parseCustomer({ ...meta, BillAddr: { City: "Bonn" } }));
    expect(customerLens.put({ city: "Bonn" }, parsed)).toEqual({});
  });

  it("of a deleted customer needs nothing but its id", () => {
    expect(parseCustomer({ Id: "1", status: "Deleted", domain: "QBO" })).toMatchObject({
      id: "1",
      active: false,
      syncToken: null,
    });
  });
});

describe("another country", () => {
  it("does not keep the code of the one before", () => {
    const BillAddr = { Country: "Germany", CountryCode: "DE", City: "Bonn" };
    const record = parseCustomer({ ...meta, BillAddr });
    expect(customerLens.put({ country: "France" }, record).BillAddr).not.toHaveProperty(
      "CountryCode",
    );
    expect(customerLens.put({ city: "Köln" }, record).BillAddr).toHaveProperty("CountryCode");
  });
});
