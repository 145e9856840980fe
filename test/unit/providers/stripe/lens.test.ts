import { describe, expect, it } from "vitest";
import { customerLens } from "../../../../src/providers/stripe/lens.ts";
import { parseCustomer } from "../../../../src/providers/stripe/wire.ts";

const address = {
  line1: "Hauptstr. 1",
  line2: null,
  city: "Berlin",
  state: null,
  postal_code: "10115",
  country: "DE",
};

const customer = (values: object) => parseCustomer({ id: "cus_1", object: "customer", ...values });

describe("what is put into a customer", () => {
  it("is only what changes, and empty text where it is cleared", () => {
    const record = customer({ name: "Ana", phone: "+49 30 1", description: "x" });
    expect(customerLens.put({ name: "Ana", phone: null, notes: "y" }, record)).toEqual({
      phone: "",
      description: "y",
    });
  });

  it("has the whole address as soon as one part of it changes", () => {
    expect(customerLens.put({ city: "Potsdam" }, customer({ address }))).toEqual({
      address: { ...address, line2: "", state: "", city: "Potsdam" },
    });
  });

  it("clears the address when its last part goes", () => {
    const record = customer({
      address: { ...address, line1: null, city: null, postal_code: null },
    });
    expect(customerLens.put({ country: null }, record)).toEqual({ address: "" });
  });

  it("keeps Stripe from naming a new customer after its company", () => {
    expect(customerLens.put({ company: "Acme" }, null)).toEqual({
      business_name: "Acme",
      name: "",
    });
    expect(customerLens.put({ company: "Acme", name: "Ana" }, null)).toEqual({
      business_name: "Acme",
      name: "Ana",
    });
    expect(customerLens.put({ email: "a@example.com", notes: null, city: null }, null)).toEqual({
      email: "a@example.com",
    });
  });

  it("has a country by its code, and none that has no code", () => {
    expect(customerLens.normal({ country: "Germany" })).toEqual({ country: "DE" });
    expect(customerLens.normal({ country: "Atlantis" })).toEqual({});
    expect(customerLens.put({ country: "Atlantis" }, customer({ address }))).toEqual({});
    expect(customerLens.put({ country: "Deutschland" }, customer({ address }))).toEqual({});
  });

  it("has a phone number whole or not at all", () => {
    const long = "+49 30 901820-4711 ext. 12";
    expect(customerLens.normal({ phone: long })).toEqual({});
    expect(customerLens.put({ phone: long }, customer({ phone: "0221 1" }))).toEqual({});
    expect(customerLens.normal({ phone: long.slice(0, 20) })).toEqual({ phone: long.slice(0, 20) });
  });

  it("is cut where Stripe takes no more, between characters", () => {
    const { name, company } = customerLens.normal({
      name: `${"n".repeat(255)}🦊`,
      company: "c".repeat(151),
    });
    expect(name).toBe("n".repeat(255));
    expect(company).toBe("c".repeat(150));
  });
});

describe("a remote edit", () => {
  const long = "a".repeat(5000) + " and what Stripe has no room for";

  it("leaves what Stripe had cut off behind the edited text", () => {
    const base = "a".repeat(5000);
    const edited = `edited ${"a".repeat(4990)}`;
    expect(customerLens.lift("notes", edited, long, base)).toBe(
      `${edited} and what Stripe has no room for`,
    );
  });

  it("that only repeats what Stripe holds leaves the hub's value as it is", () => {
    expect(customerLens.lift("country", "DE", "Germany", "DE")).toBe("Germany");
    expect(customerLens.lift("notes", "a".repeat(5000), long, undefined)).toBe(long);
    expect(customerLens.lift("country", null, "Atlantis", null)).toBe("Atlantis");
  });

  it("that says something else is taken as it is", () => {
    expect(customerLens.lift("notes", "a new text", long, "a".repeat(5000))).toBe("a new text");
    expect(customerLens.lift("country", "FR", "Germany", "DE")).toBe("FR");
    expect(customerLens.lift("notes", null, long, "a".repeat(5000))).toBe(null);
    expect(customerLens.lift("notes", "other", long, "not what was cut")).toBe("other");
  });
});
