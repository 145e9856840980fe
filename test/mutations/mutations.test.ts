import { stripTypeScriptTypes } from "node:module";
import { describe, expect, it } from "vitest";
import { readProjectFile } from "../support/project-files.ts";
import { mutations } from "./list.ts";
import { applyMutation } from "./mutation.ts";

describe("the deliberate bugs", () => {
  it.each(mutations)("have their place: $name", (mutation) => {
    const text = readProjectFile(mutation.file);
    const mutated = applyMutation(mutation, text);
    expect(mutated).not.toBe(text);
    // What is no program at all would be found by anything.
    expect(() => stripTypeScriptTypes(mutated)).not.toThrow();
  });

  it("are many, with names of their own, and break one of the laws each", () => {
    expect(mutations.length).toBeGreaterThanOrEqual(35);
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
    const laws = mutations.map(({ law }) => law);
    expect(laws.every((law) => Number.isInteger(law) && law >= 1 && law <= 14)).toBe(true);
  });

  it("are refused where their place is not there, or there twice", () => {
    const mutation = { name: "one", law: 1, file: "a.ts", find: "a()", replace: "b()" };
    expect(applyMutation(mutation, "x; a();")).toBe("x; b();");
    expect(() => applyMutation(mutation, "x;")).toThrow("stands 0 times");
    expect(() => applyMutation(mutation, "a(); a();")).toThrow("stands 2 times");
  });
});
