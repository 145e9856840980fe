import { describe, expect, it } from "vitest";
import { easternDay, readEastern } from "../../../../src/providers/freshbooks/eastern.ts";

const instants = (text: string) => {
  const told = readEastern(text);
  if (told === null) return null;
  const both = [told.earliestMs, told.latestMs].map((ms) => new Date(ms).toISOString());
  return [...new Set(both)];
};

describe("readEastern", () => {
  it("takes four hours in summer and five in winter for the way to UTC", () => {
    expect(instants("2026-07-01 12:00:00")).toEqual(["2026-07-01T16:00:00.000Z"]);
    expect(instants("2026-01-15 12:00:00")).toEqual(["2026-01-15T17:00:00.000Z"]);
    // The sample of FreshBooks' own library: signed up at 02:27:03 UTC.
    expect(instants("2020-11-16 21:27:03")).toEqual(["2020-11-17T02:27:03.000Z"]);
  });

  it("tells both instants of the hour that autumn has twice", () => {
    expect(instants("2026-11-01 00:59:59")).toEqual(["2026-11-01T04:59:59.000Z"]);
    expect(instants("2026-11-01 01:30:00")).toEqual([
      "2026-11-01T05:30:00.000Z",
      "2026-11-01T06:30:00.000Z",
    ]);
    expect(instants("2026-11-01 02:00:00")).toEqual(["2026-11-01T07:00:00.000Z"]);
  });

  it("bears with a time of the hour that spring leaves out", () => {
    expect(instants("2026-03-08 02:30:00")).toEqual([
      "2026-03-08T06:30:00.000Z",
      "2026-03-08T07:30:00.000Z",
    ]);
  });

  it("takes nothing else for a time", () => {
    for (const text of ["", "2026-07-01", "2026-07-01T12:00:00Z", "2026-13-01 12:00:00", "now"])
      expect([text, readEastern(text)]).toEqual([text, null]);
  });
});

describe("easternDay", () => {
  it("changes at New York's midnight", () => {
    expect(easternDay(Date.parse("2026-07-02T03:59:59Z"))).toBe("2026-07-01");
    expect(easternDay(Date.parse("2026-07-02T04:00:00Z"))).toBe("2026-07-02");
    expect(easternDay(Date.parse("2026-01-02T04:30:00Z"))).toBe("2026-01-01");
  });
});
