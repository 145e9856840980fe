import { describe, expect, it } from "vitest";
import { emailIdentity, identityText, phoneIdentity } from "../../../src/model/identity.ts";

describe("emailIdentity", () => {
  it("is one for two spellings of one address (law 8)", () => {
    expect(emailIdentity(" ADA@Example.com")).toEqual(emailIdentity("ada@example.com"));
  });
});

describe("phoneIdentity", () => {
  it.each([
    ["+49 (30) 901-820", "+4930901820"],
    ["030 / 901820", "030901820"],
    ["＋４９３０９０１８２０", "+4930901820"],
    ["+49+30901820", "+4930901820"],
    ["030901820+", "030901820"],
  ])("reads %s as %s", (phone, value) => {
    expect(phoneIdentity(phone)).toEqual({ kind: "phone", value });
  });

  it.each(["", "+", "ext. 12345", "call me"])(
    "finds none in %j: too few digits to mean one client",
    (phone) => {
      expect(phoneIdentity(phone)).toBeNull();
    },
  );

  it("tells a number with its country from one without", () => {
    expect(phoneIdentity("+4930901820")).not.toEqual(phoneIdentity("4930901820"));
  });
});

describe("identityText", () => {
  it("tells the kinds apart", () => {
    expect(identityText({ kind: "email", value: "a@b.c" })).toBe("email:a@b.c");
    expect(identityText({ kind: "phone", value: "+4930901820" })).toBe("phone:+4930901820");
  });
});
