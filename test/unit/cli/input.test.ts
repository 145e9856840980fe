import { describe, expect, it } from "vitest";
import { createInput } from "../../../src/cli/input.ts";

const input = (options: Record<string, unknown>) => createInput(["ana", undefined], options);

const durationOf = (maxAge: string) => input({ maxAge }).durationMs("maxAge");

describe("createInput", () => {
  it("reads arguments by their place, and options by their name", () => {
    const read = input({ name: "Ana", full: true, tag: ["a", "b"] });
    expect(read.argument(0)).toBe("ana");
    expect(read.argument(1)).toBeUndefined();
    expect(read.text("name")).toBe("Ana");
    expect(read.text("full")).toBeUndefined();
    expect(read.flag("full")).toBe(true);
    expect(read.flag("check")).toBe(false);
    expect(read.list("tag")).toEqual(["a", "b"]);
    expect(read.list("untag")).toEqual([]);
  });

  it("takes whole numbers within a range", () => {
    const range = { min: 1, max: 1000 };
    expect(input({ limit: "20" }).count("limit", range)).toBe(20);
    expect(input({}).count("limit", range)).toBeUndefined();
    for (const limit of ["0", "1001", "-1", "1.5", "1e3", "", "ten"])
      expect(() => input({ limit }).count("limit", range)).toThrow("--limit takes a whole number");
  });

  it("takes lengths of time", () => {
    expect(["90s", "15m", "24h", "7d", "0s"].map(durationOf)).toEqual([
      90_000, 900_000, 86_400_000, 604_800_000, 0,
    ]);
    for (const text of ["15", "m", "1w", "-5m", "1.5h", ""])
      expect(() => durationOf(text)).toThrow("--max-age takes a length of time");
  });
});
