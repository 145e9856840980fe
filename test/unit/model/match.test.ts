import { expect, it } from "vitest";
import { noMatches, withMatch } from "../../../src/model/match.ts";
import type { Match } from "../../../src/model/match.ts";

it("counts what became of each record, and keeps the first twenty that are ambiguous (law 11)", () => {
  const ambiguous = Array.from({ length: 30 }, (_, index) => ({
    kind: "ambiguous" as const,
    externalId: `record-${index}`,
    fields: {},
    clientIds: ["a", "b"],
  }));
  const told: readonly Match[] = [
    { kind: "known" },
    { kind: "matched", by: "email" },
    { kind: "matched", by: "phone" },
    { kind: "matched", by: "email" },
    { kind: "new" },
    { kind: "left-out", why: "filter" },
    ...ambiguous,
  ];
  const matches = told.reduce(withMatch, noMatches);
  expect(matches).toMatchObject({
    known: 1,
    matched: { email: 2, phone: 1, "own-id": 0 },
    created: 1,
    leftOut: { ...noMatches.leftOut, filter: 1 },
    ambiguous: 30,
  });
  expect(matches.examples).toEqual(ambiguous.slice(0, 20));
});
