import { describe, expect, it } from "vitest";
import { readPastedCallback } from "../../../src/connections/callback.ts";

const expected = { redirectUri: "http://127.0.0.1:5001/", state: "the-state" };
const good = "http://127.0.0.1:5001/?state=the-state&iss=https://a.test&code=4/secret-code&scope=x";

const refused = (error: string) =>
  readPastedCallback(`http://127.0.0.1:5001/?state=the-state&error=${error}`, expected);

describe("readPastedCallback", () => {
  it.each([
    ["as it is", good],
    ["with blanks and line ends around it", `\n  ${good} \r\n`],
    ["in quotes", `"${good}"`],
    ["in angle brackets", `<${good}>`],
    ["without the scheme that address bars hide", good.replace("http://", "")],
    ["by the name localhost", good.replace("127.0.0.1", "localhost")],
    ["with a fragment", `${good}#`],
  ])("takes the address %s", (_name, text) => {
    expect(readPastedCallback(text, expected)).toEqual({
      kind: "code",
      code: "4/secret-code",
      account: null,
    });
  });

  it.each([
    ["nothing", " ", "Nothing was pasted"],
    ["only the code", "4/secret-code", "That is not an address"],
    ["a sentence", "it does not work, secret-code", "That is not an address"],
    ["another scheme", good.replace("http:", "javascript:"), "That is not an address"],
    [
      "the link itself",
      "https://a.test/auth?response_type=code&redirect_uri=x",
      "the link to open",
    ],
    ["an address of another host", good.replace("127.0.0.1", "evil.test"), "is of evil.test"],
    ["an address of another port", good.replace("5001", "5002"), "is of 127.0.0.1:5002"],
    ["an address of another path", good.replace("5001/", "5001/x"), "is of 127.0.0.1:5001"],
    ["an address of another sign-in", good.replace("the-state", "other"), "another sign-in"],
    [
      "an address whose state was changed",
      good.replace("the-state", "the-statE"),
      "another sign-in",
    ],
    ["an address that is cut off before the state", good.slice(0, 25), "its `state` is missing"],
    [
      "an address that is cut off in the state",
      good.slice(0, 34),
      "another sign-in, or is cut off",
    ],
    ["an address that is cut off before the code", good.slice(0, 45), "its `code` is missing"],
  ])("says what is wrong with %s, and repeats no code", (_name, text, message) => {
    const callback = readPastedCallback(text, expected);
    expect(callback).toEqual({ kind: "unusable", message: expect.stringContaining(message) });
    expect(JSON.stringify(callback)).not.toContain("secret-code");
  });

  it("tells a refusal of the person from one of the provider", () => {
    expect(refused("access_denied")).toEqual({ kind: "denied" });
    expect(refused("admin_policy_enforced")).toEqual({
      kind: "refused",
      error: "admin_policy_enforced",
    });
    expect(refused("Some%20sentence")).toEqual({ kind: "refused", error: "an unknown error" });
  });

  it("believes no refusal without the state", () => {
    const text = "http://127.0.0.1:5001/?error=access_denied";
    expect(readPastedCallback(text, expected)).toMatchObject({ kind: "unusable" });
  });
});

describe("readPastedCallback of an https address that names the account", () => {
  const away = {
    redirectUri: "https://acme.example/signed-in",
    state: "the-state",
    accountParameter: "realmId",
  };
  const here = { ...away, redirectUri: "https://localhost:8765/callback" };
  const query = "?code=secret-code&state=the-state&realmId=9130";
  const taken = { kind: "code", code: "secret-code", account: "9130" };

  it.each([
    ["as it is", away, `https://acme.example/signed-in${query}`],
    ["without its scheme", away, `acme.example/signed-in${query}`],
    ["with the scheme that makes the page load", here, `http://localhost:8765/callback${query}`],
    ["by the number of this machine", here, `https://127.0.0.1:8765/callback${query}`],
    ["bare, of this machine", here, `localhost:8765/callback${query}`],
  ])("takes the address %s", (_name, expected, text) => {
    expect(readPastedCallback(text, expected)).toEqual(taken);
  });

  it.each([
    ["this machine's", `http://127.0.0.1/signed-in${query}`, "is of 127.0.0.1"],
    ["another port's", `https://acme.example:8443/signed-in${query}`, "is of acme.example:8443"],
    ["a longer host's", `https://acme.example.evil.test/signed-in${query}`, "evil.test"],
    ["another path's", `https://acme.example/${query}`, "is of acme.example"],
    [
      "another sign-in's",
      `https://acme.example/signed-in${query.replace("the-state", "other")}`,
      "another sign-in",
    ],
    [
      "one without the account",
      "https://acme.example/signed-in?code=secret-code&state=the-state",
      "its `realmId` is missing",
    ],
    [
      "one with an empty account",
      "https://acme.example/signed-in?code=secret-code&state=the-state&realmId=",
      "its `realmId` is missing",
    ],
    [
      "one with an account that is no id",
      "https://acme.example/signed-in?code=secret-code&state=the-state&realmId=9%0d%0a1",
      "its `realmId` is missing",
    ],
  ])("refuses %s address, and repeats no code", (_name, text, message) => {
    const callback = readPastedCallback(text, away);
    expect(callback).toEqual({ kind: "unusable", message: expect.stringContaining(message) });
    expect(JSON.stringify(callback)).not.toContain("secret-code");
  });

  it("needs no account to believe a refusal", () => {
    const text = "https://acme.example/signed-in?state=the-state&error=access_denied";
    expect(readPastedCallback(text, away)).toEqual({ kind: "denied" });
  });
});
