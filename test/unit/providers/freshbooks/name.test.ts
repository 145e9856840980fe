import { describe, expect, it } from "vitest";
import { joinedName, splitName } from "../../../../src/providers/freshbooks/name.ts";

const nobody = { fname: "", lname: "" };

describe("splitName", () => {
  it("takes the last word for the family name", () => {
    expect(splitName("Ada Lovelace", nobody)).toEqual({ fname: "Ada", lname: "Lovelace" });
    expect(splitName("Anna Maria Berg", nobody)).toEqual({ fname: "Anna Maria", lname: "Berg" });
    expect(splitName("李小龍", nobody)).toEqual({ fname: "李小龍", lname: "" });
  });

  it("keeps the part that the client has already", () => {
    const before = { fname: "Ludwig", lname: "van Beethoven" };
    expect(splitName("Johann van Beethoven", before)).toEqual({
      fname: "Johann",
      lname: "van Beethoven",
    });
    expect(splitName("Ludwig van der Rohe", before)).toEqual({
      fname: "Ludwig",
      lname: "van der Rohe",
    });
    expect(splitName("Ludwigina Berg", before)).toEqual({ fname: "Ludwigina", lname: "Berg" });
    expect(splitName("van Beethoven", before)).toEqual({ fname: "van", lname: "Beethoven" });
  });

  it("cuts nowhere that FreshBooks could trim", () => {
    expect(splitName("Anna  Berg", nobody)).toEqual({ fname: "Anna  Berg", lname: "" });
    expect(splitName("Anna M  Berg", nobody)).toEqual({ fname: "Anna", lname: "M  Berg" });
    const before = { fname: "Anna", lname: "Berg" };
    expect(splitName("Anna  Berg", before)).toEqual({ fname: "Anna  Berg", lname: "" });
  });
});

describe("joinedName", () => {
  it("leaves no space for a part that is missing", () => {
    expect(joinedName("Ada", "Lovelace")).toBe("Ada Lovelace");
    expect(joinedName(null, " Lovelace ")).toBe("Lovelace");
    expect(joinedName("Ada", "")).toBe("Ada");
    expect(joinedName("", null)).toBe("");
  });
});
