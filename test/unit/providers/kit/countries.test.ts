import { describe, expect, it } from "vitest";
import { countryCode } from "../../../../src/providers/kit/countries.ts";

describe("the code of a country", () => {
  it("is read from codes and from names in many languages", () => {
    const codes = {
      DE: "DE",
      de: "DE",
      Germany: "DE",
      " deutschland ": "DE",
      Österreich: "AT",
      日本: "JP",
      Україна: "UA",
      USA: "US",
      "the Netherlands": "NL",
      England: "GB",
      UK: "GB",
    };
    for (const [text, code] of Object.entries(codes))
      expect([text, countryCode(text)]).toEqual([text, code]);
  });

  it("is the present one where a country has another by now", () => {
    expect(countryCode("DD")).toBe("DE");
    expect(countryCode("Serbia")).toBe("RS");
  });

  it("is none for what is no country", () => {
    for (const text of [
      "",
      "Atlantis",
      "QQ",
      "EU",
      "ZZ",
      "D",
      "12",
      "constructor",
      "European Union",
    ])
      expect([text, countryCode(text)]).toEqual([text, null]);
  });
});
