import { describe, expect, it } from "vitest";
import { contactLens } from "../../../../src/providers/salesforce/lens.ts";
import { heldName, renamed, shownName } from "../../../../src/providers/salesforce/name.ts";
import { linesOf, streetOf } from "../../../../src/providers/salesforce/street.ts";
import { parseContact, parseProblems, quoted } from "../../../../src/providers/salesforce/wire.ts";

const contact = parseContact({
  Id: "003Ho00001ABCdeIAF",
  FirstName: "Ana",
  LastName: "von Berg",
  MailingStreet: "Am Markt 3\r\nHinterhaus\r\n2. OG",
  LastModifiedDate: "2026-11-01T00:00:00.000+0000",
  SystemModstamp: "2026-11-01T00:00:00.000+0000",
});

describe("a contact's name", () => {
  it.each([
    ["Ana von Stein", "Ana", "von Stein"],
    ["Maria von Berg", "Maria", "von Berg"],
    ["Berta Maria Tal", "Berta Maria", "Tal"],
    ["Madonna", null, "Madonna"],
    ["Anna  Maria  von  Berg", null, "Anna  Maria  von  Berg"],
    [null, null, "[not provided]"],
  ])("becomes %j: first %j, last %j", (name, FirstName, LastName) => {
    expect(renamed(name, contact)).toEqual({ FirstName, LastName });
  });

  it("is split where both parts are short enough", () => {
    const name = `${"a".repeat(39)} ${"b".repeat(30)} ${"c".repeat(40)}`;
    expect(renamed(name, null)).toEqual({
      FirstName: "a".repeat(39),
      LastName: `${"b".repeat(30)} ${"c".repeat(40)}`,
    });
    expect(heldName(name)).toBe(name);
  });

  it("is cut where no split is, and what was cut survives an edit", () => {
    expect(heldName("x".repeat(200))).toBe("x".repeat(80));
    const long = `Ana ${"b".repeat(100)}`;
    expect(heldName(long)).toBe(`Ana ${"b".repeat(80)}`);
    expect(contactLens.lift("name", heldName(long), long, heldName(long))).toBe(long);
    const edited = `Eva ${"b".repeat(80)}`;
    expect(contactLens.lift("name", edited, long, heldName(long))).toBe(`Eva ${"b".repeat(100)}`);
  });

  it("shows no stand-in for a last name that is not known", () => {
    expect(shownName({ FirstName: "Ana", LastName: "[not provided]" })).toBe("Ana");
    expect(shownName({ FirstName: null, LastName: "[not provided]" })).toBe(null);
    expect(contactLens.normal({ name: "[not provided]" })).toEqual({ name: null });
  });
});

describe("a contact's street", () => {
  it("is two lines, of which the second one is all the rest", () => {
    expect(linesOf(contact.MailingStreet)).toEqual({
      line1: "Am Markt 3",
      line2: "Hinterhaus 2. OG",
    });
  });

  it("keeps the line that does not change as it is", () => {
    const street = contact.MailingStreet;
    expect(streetOf(street, { line1: "Am Markt 4" })).toBe("Am Markt 4\nHinterhaus\n2. OG");
    expect(streetOf(street, { line2: "3. OG" })).toBe("Am Markt 3\n3. OG");
    expect(streetOf(street, { line2: null })).toBe("Am Markt 3");
    expect(streetOf(street, { line1: null })).toBe("-\nHinterhaus\n2. OG");
    expect(linesOf("-\nHinterhaus")).toEqual({ line1: null, line2: "Hinterhaus" });
    expect(streetOf("-\nHinterhaus", { line2: null })).toBe(null);
  });
});

describe("the lens of contacts", () => {
  it("holds no company: that is another record's name", () => {
    expect(contactLens.holds("company")).toBe(false);
    expect(contactLens.put({ company: "Acme" }, contact)).toEqual({});
    expect(contactLens.normal({ company: "Acme", tags: ["a"] })).toEqual({});
  });

  it("leaves out what would be wrong in half, and cuts the rest", () => {
    expect(
      contactLens.normal({
        email: `${"a".repeat(80)}@example.com`,
        phone: "1".repeat(41),
        postal_code: "1".repeat(21),
        city: "c".repeat(41),
        address_line1: "l".repeat(127),
      }),
    ).toEqual({ city: "c".repeat(40), address_line1: "l".repeat(126) });
  });

  it("fills two lines of the longest without going beyond the street's limit", () => {
    const patch = contactLens.put(
      { address_line1: "l".repeat(200), address_line2: "m".repeat(200) },
      null,
    );
    expect(patch.MailingStreet?.length).toBeLessThanOrEqual(254);
  });
});

describe("the wire", () => {
  it("reads the codes of single records and of collections, and no messages", () => {
    expect(
      parseProblems([{ errorCode: "A", message: "secret", fields: ["X", "not a name!"] }]),
    ).toEqual([{ code: "A", fields: ["X"], duplicates: [] }]);
    expect(parseProblems([{ statusCode: "B", message: "secret" }])).toEqual([
      { code: "B", fields: [], duplicates: [] },
    ]);
    for (const body of [undefined, null, "x", {}, [5], [{ errorCode: 5 }]])
      expect(parseProblems(body).filter(({ code }) => code !== "")).toEqual([]);
  });

  it("escapes texts for SOQL", () => {
    expect(quoted(`a'b"c\\d\ne`)).toBe(`'a\\'b\\"c\\\\d\\ne'`);
  });
});
