import { describe, expect, it } from "vitest";
import { mappingStates, mappingTransitions } from "../../../src/model/mapping.ts";

describe("mappingTransitions", () => {
  it("leave no state but the cancelled one without a way on", () => {
    const ends = mappingStates.filter((state) => mappingTransitions[state].length === 0);
    expect(ends).toEqual(["cancelled"]);
  });

  it("reach every state from the first one", () => {
    const reached = new Set(["creating"]);
    const open: (typeof mappingStates)[number][] = ["creating"];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      for (const next of mappingTransitions[state].filter((to) => !reached.has(to))) {
        reached.add(next);
        open.push(next);
      }
    }
    expect([...reached].toSorted()).toEqual([...mappingStates].toSorted());
  });

  it("bring back every state that once was linked (law 7)", () => {
    const lasting = mappingStates.filter((state) => state !== "creating" && state !== "cancelled");
    for (const state of lasting.filter((state) => state !== "linked")) {
      expect(mappingTransitions[state]).toContain("linked");
    }
  });

  it("let nothing become new again", () => {
    expect(mappingStates.flatMap((state) => mappingTransitions[state])).not.toContain("creating");
  });
});
