import { describe, expect, test } from "vitest";
import { foldCase, searchable } from "../../../src/store/search-text.ts";

describe("foldCase", () => {
  test("texts that differ in case alone fold to one text", () => {
    const pairs = [
      ["ÉLODIE", "élodie"],
      ["Straße", "STRASSE"],
      ["ΟΔΟΣ", "οδος"],
      ["ŁÓDŹ", "łódź"],
      ["ИВАН", "иван"],
      ["Ǆ", "ǆ"],
      ["ﬁn", "FIN"],
      ["Ｗｉｄｅ", "wide"],
    ] as const;
    for (const [a, b] of pairs) expect(foldCase(a)).toBe(foldCase(b));
  });

  test("the end of a word is found where it stands within another text", () => {
    expect(foldCase("ΟΔΟΣ ΑΘΗΝΑ")).toContain(foldCase("οδος"));
    expect(foldCase("ΟΔΟΣΑ")).toContain(foldCase("ΟΔΟΣ"));
  });
});

describe("searchable", () => {
  test("values without a text are left out, and no text runs into the next one", () => {
    expect(searchable(["Ada", null, "B"])).toBe("ada\nb");
    expect(searchable([])).toBe("");
  });
});
