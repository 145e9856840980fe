import { describe, expect, it } from "vitest";
import { assert, must, unreachable } from "../../../src/lib/assert.ts";
import {
  AstralisError,
  AuthError,
  ConfigError,
  InternalError,
  ProviderError,
  errorCodes,
} from "../../../src/lib/errors.ts";

describe("AstralisError", () => {
  it("carries code, message, hint, place, retry and cause", () => {
    const cause = new Error("below");
    const error = new AuthError("reauth-required", "the grant has ended", {
      hint: "astralis reconnect gmail",
      retry: "later",
      place: { org: "acme" },
      cause,
    });
    expect(error).toMatchObject({
      name: "AuthError",
      code: "reauth-required",
      message: "the grant has ended",
      hint: "astralis reconnect gmail",
      retry: "later",
      place: { org: "acme" },
      cause,
    });
    expect(error).toBeInstanceOf(AstralisError);
  });

  it("says never and nothing where it was told nothing", () => {
    const error = new AstralisError("busy", "held");
    expect(error).toMatchObject({ hint: "", retry: "never", place: {} });
    expect("cause" in error).toBe(false);
  });

  it("learns where it happened and keeps what it knew", () => {
    const error = new ProviderError("rate-limited", "wait", { place: { record: "cus_1" } });
    expect(error.at({ connection: "billing", record: "cus_2" })).toBe(error);
    expect(error.place).toEqual({ connection: "billing", record: "cus_1" });
  });
});

describe("ProviderError", () => {
  it("takes a failure for not executed unless it is told that nobody knows", () => {
    expect(new ProviderError("provider-refused", "no").executed).toBe("no");
    const lost = new ProviderError("provider-unavailable", "lost", { executed: "unknown" });
    expect(lost.executed).toBe("unknown");
  });
});

describe("ConfigError", () => {
  it("lists its problems", () => {
    const problem = { path: "orgs.acme", line: 3, column: 5, message: "is no mapping" };
    expect(
      new ConfigError("config-invalid", "1 problem", { problems: [problem] }).problems,
    ).toEqual([problem]);
    expect(new ConfigError("config-not-found", "none").problems).toEqual([]);
  });
});

describe("the codes", () => {
  it("are in kebab-case and each says in a sentence what it means", () => {
    for (const [code, meaning] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
  });
});

const turn = (side: "left") => (side === "left" ? 1 : unreachable(side));

describe("assertions", () => {
  it("throw the internal error, which says that it is a defect", () => {
    expect(() => assert(false, "must hold")).toThrow(InternalError);
    expect(() => must(null, "must be there")).toThrow("must be there");
    expect(new InternalError("x")).toMatchObject({ code: "internal", retry: "never" });
    expect(new InternalError("x").hint).toContain("report");
  });

  it("let through what holds, empty text and zero included", () => {
    assert(true, "holds");
    expect(must("", "text")).toBe("");
    expect(must(0, "number")).toBe(0);
  });

  it("name the value that no branch expected", () => {
    expect(() => turn(JSON.parse('"sideways"'))).toThrow('"sideways"');
  });
});
