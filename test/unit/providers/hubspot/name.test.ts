import { describe, expect, it } from "vitest";
import { renamed, shownName } from "../../../../src/providers/hubspot/name.ts";

const parts = (firstname: string | null, lastname: string | null) => ({ firstname, lastname });
const nobody = parts(null, null);

describe("the shown name", () => {
  it("is both halves with a space between them, or the one that there is", () => {
    expect(shownName(parts("Ada", "Lovelace"))).toBe("Ada Lovelace");
    expect(shownName(parts(" Ada ", null))).toBe("Ada");
    expect(shownName(parts("", "Lovelace"))).toBe("Lovelace");
    expect(shownName(nobody)).toBe(null);
  });
});

describe("a new name", () => {
  it("is split before the family name, with the particles that lead it", () => {
    expect(renamed(nobody, "Ada Lovelace")).toEqual({ firstname: "Ada", lastname: "Lovelace" });
    expect(renamed(nobody, "Anna Maria von Berg")).toEqual({
      firstname: "Anna Maria",
      lastname: "von Berg",
    });
    expect(renamed(nobody, "von Berg")).toEqual({ firstname: "von", lastname: "Berg" });
  });

  it("stays whole where it could not be joined again", () => {
    for (const name of ["Madonna", "李小龍", "Anna  Maria  von  Berg"])
      expect(renamed(nobody, name)).toEqual({ firstname: name });
  });

  it("changes the half that changed alone", () => {
    expect(renamed(parts("Anna Maria", "Berg"), "Anna Maria von Stein")).toEqual({
      lastname: "von Stein",
    });
    expect(renamed(parts("Ada", "von Berg"), "Eva von Berg")).toEqual({ firstname: "Eva" });
    expect(renamed(parts("Jean Paul", "Sartre"), "Jean Paul Sartre")).toEqual({});
  });

  it("of one word goes into the half that was in use", () => {
    expect(renamed(parts(null, "Acme"), "Apex")).toEqual({ lastname: "Apex" });
    expect(renamed(parts("Ada", "King"), "Ada")).toEqual({ lastname: "" });
    expect(renamed(parts("Ada", "King"), "King")).toEqual({ firstname: "King", lastname: "" });
  });

  it("that is none clears both halves", () => {
    expect(renamed(parts("Ada", "King"), null)).toEqual({ firstname: "", lastname: "" });
    expect(renamed(parts("Ada", null), null)).toEqual({ firstname: "" });
  });
});
