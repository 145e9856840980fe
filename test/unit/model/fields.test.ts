import { describe, expect, it } from "vitest";
import { clientFields, isClientField, isCustomField } from "../../../src/model/client.ts";
import { isEmpty, sameValue } from "../../../src/model/fields.ts";

describe("sameValue", () => {
  it.each([
    ["a", "a", true],
    ["a", "b", false],
    [["a", "b"], ["a", "b"], true],
    [["a", "b"], ["a"], false],
    [["a"], "a", false],
    [null, null, true],
    [null, "", false],
    [null, undefined, false],
    [undefined, undefined, true],
  ])("compares %j and %j: %s", (a, b, expected) => {
    expect(sameValue(a, b)).toBe(expected);
    expect(sameValue(b, a)).toBe(expected);
  });
});

describe("isEmpty", () => {
  it.each([
    [undefined, true],
    [null, true],
    ["", true],
    [[], true],
    ["a", false],
    [["a"], false],
  ])("says of %j: %s", (value, expected) => {
    expect(isEmpty(value)).toBe(expected);
  });
});

describe("isClientField", () => {
  it("knows the client's own fields and the custom ones, and nothing else", () => {
    expect(clientFields.every(isClientField)).toBe(true);
    expect(isClientField("custom.vat_number")).toBe(true);
    expect(["custom.", "custom", "active", "e-mail", "constructor"].some(isClientField)).toBe(
      false,
    );
    expect(isCustomField("name")).toBe(false);
  });
});
