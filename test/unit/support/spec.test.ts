import { describe, expect, it } from "vitest";
import { citedLaws, parseLaws, parseStates } from "../../support/spec.ts";

describe("parseLaws", () => {
  it("reads number, title, files and what is for later", () => {
    const laws = parseLaws(
      "# Laws\n\n## Law 1: Merge\n\nText `not a file`.\n\nEnforced in: `a.ts`,\n`b.ts`\nHeld by: `c.ts`\n\n## Law 2: More\n\nLater: all of it.\n\n## Tables\n",
    );
    expect(laws).toEqual([
      {
        number: 1,
        title: "Merge",
        enforcedIn: ["a.ts", "b.ts"],
        heldBy: ["c.ts"],
        hasLater: false,
      },
      { number: 2, title: "More", enforcedIn: [], heldBy: [], hasLater: true },
    ]);
  });
});

describe("citedLaws", () => {
  it.each([
    ["as decided (law 5).", [5]],
    ["laws 1, 4 and 12", [1, 4, 12]],
    ["law 7's table, and law 7 again", [7]],
    ["Law 3 at the start", [3]],
    ["no number in this law", []],
  ])("finds in %j: %j", (text, expected) => {
    expect(citedLaws(text)).toEqual(expected);
  });
});

describe("parseStates", () => {
  it("reads what follows each state, where two states share a row too", () => {
    const states = parseStates(
      "text `x`\n\n| a thing that is | may become |\n| --- | --- |\n| `new` | `old` (in time) · done |\n| `old`, `torn` | `new` |\n\n| `other` | `no` |",
      "a thing that is",
    );
    expect([...states]).toEqual([
      ["new", ["old"]],
      ["old", ["new"]],
      ["torn", ["new"]],
    ]);
  });
});
