import { describe, expect, it } from "vitest";
import { toFailure } from "../../../src/cli/failure.ts";
import { AstralisError, AuthError, ConfigError } from "../../../src/lib/errors.ts";

const quiet = { debug: false };

describe("toFailure", () => {
  it("says what failed, where, and what to do next", () => {
    const error = new AuthError("reauth-required", "Stripe no longer accepts the key", {
      hint: "Run: astralis reconnect billing",
      place: { org: "acme", connection: "billing" },
    });
    const failure = toFailure(error, quiet);
    expect(failure.text).toBe(
      "error: acme / billing: Stripe no longer accepts the key\nhint: Run: astralis reconnect billing",
    );
    expect(failure.document).toEqual({
      error: {
        code: "reauth-required",
        message: "Stripe no longer accepts the key",
        hint: "Run: astralis reconnect billing",
        org: "acme",
        connection: "billing",
      },
    });
    expect(failure.exitCode).toBe(4);
  });

  it("does not repeat a place that the message names", () => {
    const place = { org: "acme", connection: "billing" };
    const error = new AstralisError("busy", "billing of acme is being synced", { place });
    expect(toFailure(error, quiet).text).toBe("error: billing of acme is being synced");
  });

  it("lists every problem of a configuration with its place", () => {
    const problems = [
      { path: "orgs.acme", line: 3, column: 5, message: "unknown key" },
      { path: "", line: 9, column: 1, message: "a tab cannot indent" },
    ];
    const failure = toFailure(new ConfigError("config-invalid", "2 problems", { problems }), quiet);
    expect(failure.text).toBe(
      "error: 2 problems\n  3:5  orgs.acme: unknown key\n  9:1  a tab cannot indent",
    );
    expect(failure.document.error.problems).toEqual(problems);
    expect(failure.exitCode).toBe(2);
  });

  it("takes what nobody expected as a defect, without a stack but with --debug", () => {
    const failure = toFailure(new TypeError("x is not a function"), quiet);
    expect(failure.document.error.code).toBe("internal");
    expect(failure.text).not.toContain("failure.test");
    const cause = new Error("the cause");
    const debugged = toFailure(new Error("the end", { cause }), { debug: true });
    expect(debugged.text).toContain("failure.test.ts");
    expect(debugged.text).toContain("caused by: Error: the cause");
    expect(toFailure("a text", quiet).document.error.message).toBe("unexpected: a text");
  });

  it("shows no secret, wherever it came from", () => {
    const key = "rk_test_51abcdefghijklmnop";
    const error = new AstralisError("internal", `refused ${key}`, { hint: `not ${key}` });
    const failure = toFailure(error, { debug: true });
    expect(JSON.stringify(failure)).not.toContain(key);
  });
});
