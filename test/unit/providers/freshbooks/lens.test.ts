import { describe, expect, it } from "vitest";
import { clientLens } from "../../../../src/providers/freshbooks/lens.ts";
import { parseClient } from "../../../../src/providers/freshbooks/record.ts";

const record = (texts: Readonly<Record<string, string | null>>) =>
  parseClient({ id: 7, vis_state: 0, updated: "2026-07-01 12:00:00", ...texts });

describe("the phone", () => {
  it("is the first of business, mobile and home that is filled", () => {
    const phone = (texts: Record<string, string | null>) => clientLens.get(record(texts))["phone"];
    expect(phone({ bus_phone: "1", mob_phone: "2", home_phone: "3" })).toBe("1");
    expect(phone({ bus_phone: "", mob_phone: null, home_phone: "3" })).toBe("3");
    expect(phone({ fax: "4" })).toBe(null);
  });

  it("is written where it shows, and to business where there is none", () => {
    const put = (texts: Record<string, string | null>) =>
      clientLens.put({ phone: "9" }, record(texts));
    expect(put({ mob_phone: "2", home_phone: "3" })).toEqual({ mob_phone: "9" });
    expect(put({})).toEqual({ bus_phone: "9" });
    expect(clientLens.put({ phone: "9" }, null)).toEqual({ bus_phone: "9" });
  });
});

describe("the country", () => {
  it("goes as a name where the hub has a code, and stays a code there", () => {
    expect(clientLens.normal({ country: "CA" })).toEqual({ country: "Canada" });
    expect(clientLens.normal({ country: "Kanada" })).toEqual({ country: "Kanada" });
    expect(clientLens.normal({ country: "XX" })).toEqual({ country: "XX" });
    expect(clientLens.lift("country", "Canada", "CA", "Canada")).toBe("CA");
    expect(clientLens.lift("country", "France", "CA", "Canada")).toBe("France");
  });

  it("is no change where the client has it in the other form", () => {
    expect(clientLens.put({ country: "CA" }, record({ p_country: "Canada" }))).toEqual({});
    expect(clientLens.put({ country: "Canada" }, record({ p_country: "ca" }))).toEqual({});
  });
});

describe("an organization that is the client's own address", () => {
  const called = record({ email: "Ada@Example.com", organization: "ada@example.com" });

  it("is no company", () => {
    expect(clientLens.get(called)["company"]).toBe(null);
    expect(clientLens.put({ company: null }, called)).toEqual({});
  });

  it("moves with the address, and gives way to a company", () => {
    expect(clientLens.put({ email: "a@b.example" }, called)).toEqual({
      email: "a@b.example",
      organization: "a@b.example",
    });
    expect(clientLens.put({ email: "a@b.example", company: "Acme" }, called)).toEqual({
      email: "a@b.example",
      organization: "Acme",
    });
  });
});

describe("text", () => {
  it("that is empty and text that is null are the same", () => {
    const texts = { note: "", p_city: null, fname: "", organization: null };
    expect(clientLens.put(clientLens.get(record(texts)), record(texts))).toEqual({});
    expect(clientLens.put({ notes: null, city: null, name: null }, record(texts))).toEqual({});
  });

  it("is cleared by an empty one", () => {
    expect(clientLens.put({ name: null, city: null }, record({ fname: "A", p_city: "B" }))).toEqual(
      { fname: "", p_city: "" },
    );
  });
});
