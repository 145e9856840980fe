import { describe, expect, it } from "vitest";
import { mappingTransitions } from "../src/model/mapping.ts";
import { outboxStates } from "../src/model/outbox.ts";
import { projectFiles, readProjectFile } from "./support/project-files.ts";
import { citedLaws, parseLaws, parseStates } from "./support/spec.ts";

const spec = readProjectFile("docs/sync-spec.md");
const laws = parseLaws(spec);
const citations = projectFiles()
  .filter((path) => /^(?:src|migrations|test)\/.*\.ts$/.test(path))
  .map((path) => ({ path, laws: citedLaws(readProjectFile(path)) }));
const citing = (number: number) =>
  citations.filter((file) => file.laws.includes(number)).map((file) => file.path);

describe("docs/sync-spec.md", () => {
  it("has the fourteen laws, in their order", () => {
    expect(laws.map((law) => law.number)).toEqual(Array.from({ length: 14 }, (_law, i) => i + 1));
  });

  it("has every law that is cited anywhere", () => {
    const numbers = new Set(laws.map((law) => law.number));
    const strange = citations.filter((file) => file.laws.some((number) => !numbers.has(number)));
    expect(strange.map((file) => file.path)).toEqual([]);
  });

  it.each(laws)("says of law $number where it is enforced, or that it is for later", (law) => {
    expect(law.enforcedIn.length > 0 || law.hasLater).toBe(true);
    expect(law.enforcedIn.length > 0).toBe(law.heldBy.length > 0);
  });

  it.each(laws)("names for law $number only files that cite it", (law) => {
    const sources = citing(law.number).filter((path) => path.startsWith("src/"));
    const tests = citing(law.number).filter((path) => path.startsWith("test/"));
    expect(law.enforcedIn.filter((path) => !sources.includes(path))).toEqual([]);
    expect(law.heldBy.filter((path) => !tests.includes(path))).toEqual([]);
  });

  it("has the mapping's states and steps, just as the code has them", () => {
    const states = parseStates(spec, "a mapping that is");
    expect([...states.keys()].toSorted()).toEqual(Object.keys(mappingTransitions).toSorted());
    for (const [state, next] of Object.entries(mappingTransitions)) {
      expect(states.get(state)?.toSorted()).toEqual([...next].toSorted());
    }
  });

  it("has the outbox entry's states", () => {
    const states = parseStates(spec, "an entry that is");
    expect([...states.keys()].toSorted()).toEqual([...outboxStates].toSorted());
  });
});
