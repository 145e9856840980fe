import { describe, expect, it } from "vitest";
import { renamed, shownName } from "../../../../src/providers/gmail/name.ts";

describe("the name that is shown", () => {
  it("is the free form, else the parts, else what Google displays", () => {
    const parts = { honorificPrefix: "Dr.", givenName: "Ana", familyName: "Berg" };
    expect(shownName({ ...parts, unstructuredName: "Ana Berg" })).toBe("Ana Berg");
    expect(shownName(parts)).toBe("Dr. Ana Berg");
    expect(shownName({ displayName: "Ana" })).toBe("Ana");
    expect(shownName({ unstructuredName: " " })).toBe(null);
    expect(shownName(undefined)).toBe(null);
  });
});

describe("a new name", () => {
  const ana = {
    honorificPrefix: "Dr.",
    givenName: "Ana",
    middleName: "Maria",
    familyName: "Berg",
    honorificSuffix: "Jr.",
    phoneticGivenName: "Ana",
    phoneticFamilyName: "Berk",
    displayName: "Dr. Ana Maria Berg, Jr.",
    unstructuredName: "Dr. Ana Maria Berg, Jr.",
    metadata: { primary: true },
  };

  it("that differs in one part changes that part alone", () => {
    const {
      metadata: _metadata,
      displayName: _displayed,
      phoneticFamilyName: _said,
      ...kept
    } = ana;
    expect(renamed(ana, "Dr. Ana Maria Stark, Jr.")).toEqual({
      ...kept,
      familyName: "Stark",
      unstructuredName: "Dr. Ana Maria Stark, Jr.",
    });
    expect(renamed(ana, "Dr. Anne Maria Berg, Jr.")).toMatchObject({
      givenName: "Anne",
      familyName: "Berg",
      phoneticFamilyName: "Berk",
    });
    expect(renamed(ana, "Prof. Ana Maria Berg, Jr.")).toMatchObject({ honorificPrefix: "Prof." });
  });

  it("that differs in more goes as one text, without the parts of the old one", () => {
    expect(renamed(ana, "Zoë")).toEqual({ unstructuredName: "Zoë" });
    expect(renamed({ givenName: "Ana", unstructuredName: "Ana" }, "Anne Berg")).toEqual({
      unstructuredName: "Anne Berg",
    });
  });

  it("keeps a title that was not part of the old one's text", () => {
    const entry = { honorificPrefix: "Dr.", givenName: "Ana", unstructuredName: "Ana" };
    expect(renamed(entry, "Zoë")).toEqual({ honorificPrefix: "Dr.", unstructuredName: "Zoë" });
  });

  it("may be of any script, one word or an emoji", () => {
    for (const name of ["Madonna", "🦊", "李小龍", "O'Neil, Jr."])
      expect(renamed(undefined, name)).toEqual({ unstructuredName: name });
    expect(
      renamed({ familyName: "山田", givenName: "太郎", unstructuredName: "山田太郎" }, "山田花子"),
    ).toMatchObject({ familyName: "山田", givenName: "花子" });
  });
});
