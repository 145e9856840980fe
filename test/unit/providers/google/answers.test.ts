import { describe, expect, it } from "vitest";
import { createStepClock } from "../../../../src/lib/clock.ts";
import { googleFailures } from "../../../../src/providers/google/answers.ts";

const now = "2026-11-02T09:00:00.000Z";
const reader = googleFailures("Google", createStepClock(Date.parse(now)));

function waitFor(status: number, error: object, headers: Record<string, string> = {}) {
  return reader.waitSeconds({
    status,
    headers: new Headers(headers),
    body: { error },
    write: false,
  });
}

const limited = (reason: string, message = "") => ({ message, errors: [{ reason, message }] });

describe("how long Google asks to wait", () => {
  it("is read from the header, else from the message, by Google's own clock", () => {
    const message = "User-rate limit exceeded.  Retry after 2026-11-02T09:01:30.000Z";
    const error = limited("userRateLimitExceeded", message);
    expect(waitFor(403, error)).toBe(90);
    expect(waitFor(403, error, { date: "Mon, 02 Nov 2026 09:01:00 GMT" })).toBe(30);
    expect(waitFor(403, error, { "retry-after": "5" })).toBe(5);
    expect(waitFor(403, error, { date: "Mon, 02 Nov 2026 10:00:00 GMT" })).toBe(1);
  });

  it("is half a minute where Google does not say, and never more than an hour", () => {
    expect(waitFor(429, { status: "RESOURCE_EXHAUSTED" })).toBe(30);
    expect(waitFor(403, limited("rateLimitExceeded"))).toBe(30);
    expect(waitFor(403, { details: [{ reason: "RATE_LIMIT_EXCEEDED" }] })).toBe(30);
    const message = "Quota exceeded. Retry after 2026-11-09T09:00:00Z";
    expect(waitFor(403, limited("quotaExceeded", message))).toBe(3600);
  });

  it("is not at all where the request is refused for another reason", () => {
    expect(waitFor(403, { details: [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] })).toBe(null);
    expect(waitFor(400, limited("rateLimitExceeded"))).toBe(null);
    expect(waitFor(403, {})).toBe(null);
  });
});
