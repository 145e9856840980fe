import { describe, expect, it } from "vitest";
import { personLens } from "../../../../src/providers/gmail/lens.ts";
import { parsePerson } from "../../../../src/providers/gmail/wire.ts";

const person = (values: object) => parsePerson({ resourceName: "people/c1", ...values });
const first = { metadata: { primary: true, sourcePrimary: true, source: { type: "CONTACT" } } };

describe("what is put into a contact", () => {
  it("replaces the first address, keeps its label, and sends the others as they were", () => {
    const record = person({
      emailAddresses: [
        { ...first, value: "a@example.com", type: "work", formattedType: "Work" },
        {
          value: "b@example.com",
          type: "Ferienhaus",
          displayName: "B",
          formattedType: "Ferienhaus",
        },
      ],
    });
    expect(personLens.put({ email: "c@example.com" }, record)).toEqual({
      emailAddresses: [
        { value: "c@example.com", type: "work", metadata: { sourcePrimary: true } },
        { value: "b@example.com", type: "Ferienhaus", displayName: "B" },
      ],
    });
  });

  it("moves an address to the front that the contact has already, and writes it once", () => {
    const record = person({
      emailAddresses: [{ ...first, value: "a@example.com" }, { value: "B@example.com" }],
    });
    const patch = personLens.put({ email: "b@example.com" }, record);
    expect(patch.emailAddresses?.map((entry) => entry["value"])).toEqual([
      "B@example.com",
      "a@example.com",
    ]);
    expect(personLens.get(personLens.apply(patch, record))["email"]).toBe("b@example.com");
  });

  it("takes the first of several away and shows the next", () => {
    const record = person({ phoneNumbers: [{ value: "+49 1" }, { value: "+49 2", type: "home" }] });
    const patch = personLens.put({ phone: null }, record);
    expect(patch).toEqual({ phoneNumbers: [{ value: "+49 2", type: "home" }] });
    expect(personLens.get(personLens.apply(patch, record))["phone"]).toBe("+49 2");
  });

  it("keeps the title in a company that is changed or cleared", () => {
    const record = person({ organizations: [{ name: "Acme", title: "Owner", current: true }] });
    expect(personLens.put({ company: "Umbrella" }, record)).toEqual({
      organizations: [{ title: "Owner", current: true, name: "Umbrella" }],
    });
    expect(personLens.put({ company: null }, record)).toEqual({
      organizations: [{ title: "Owner", current: true }],
    });
    expect(
      personLens.put({ company: null }, person({ organizations: [{ name: "Acme" }] })),
    ).toEqual({
      organizations: [],
    });
  });

  it("changes parts of the first postal address and lets Google format it anew", () => {
    const home = {
      type: "home",
      poBox: "12",
      streetAddress: "Hauptstr. 1\nHinterhaus",
      city: "Berlin",
      country: "Germany",
      countryCode: "DE",
      formattedValue: "Hauptstr. 1\nBerlin",
    };
    const record = person({ addresses: [home] });
    expect(personLens.get(record)["address_line1"]).toBe("Hauptstr. 1 Hinterhaus");
    const { formattedValue: _formatted, ...rest } = home;
    expect(personLens.put({ city: "Potsdam" }, record)).toEqual({
      addresses: [{ ...rest, city: "Potsdam" }],
    });
    expect(personLens.put({ country: "fr" }, record).addresses?.[0]).toMatchObject({
      country: "fr",
      countryCode: "FR",
    });
    expect(personLens.put({ country: "Österreich" }, record).addresses?.[0]).not.toHaveProperty(
      "countryCode",
    );
    expect(personLens.put({ address_line1: null, city: null, country: null }, record)).toEqual({
      addresses: [{ type: "home", poBox: "12" }],
    });
  });

  it("reads the country's code where there is no name", () => {
    const record = person({ addresses: [{ countryCode: "DE" }] });
    expect(personLens.get(record)["country"]).toBe("DE");
    expect(personLens.put({ country: null }, record)).toEqual({ addresses: [] });
  });

  it("creates what has a value, and nothing for what has none", () => {
    expect(personLens.put({ email: null, name: "Ana", notes: "a\nb", tags: ["x"] }, null)).toEqual({
      names: [{ unstructuredName: "Ana" }],
      biographies: [{ value: "a\nb", contentType: "TEXT_PLAIN" }],
    });
  });
});
