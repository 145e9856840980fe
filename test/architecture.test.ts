import { describe, expect, it } from "vitest";
import {
  findBanned,
  findCycles,
  findDeadFiles,
  findEmptyNames,
  findForbiddenImports,
  findOversized,
  findStaleRows,
  parseImportTable,
} from "./support/architecture.ts";
import { projectFiles, readProjectFile } from "./support/project-files.ts";
import { parseSource } from "./support/source.ts";

const rooms = parseImportTable(readProjectFile("ARCHITECTURE.md"));

/** The launcher chooses between sources and build; the keychain's package is optional, and so are its types. */
const computedImports = ["bin/astralis.js", "src/connections/keychain.ts"];

/** Files and functions that may be longer than the limits, each with its reason. */
const longerThanTheLimits: readonly string[] = [];

const all = projectFiles()
  .filter((path) => /^(?:src|migrations|bin|test|bench)\/.*\.[jt]s$/.test(path))
  .map((path) => parseSource(path, readProjectFile(path)));
const program = all.filter((source) => /^(?:src|migrations|bin)\//.test(source.path));

describe("the import table of ARCHITECTURE.md", () => {
  it("is read whole, and the files are found", () => {
    expect(rooms.map((room) => room.name)).toContain("src/reconcile/");
    expect(rooms.length).toBeGreaterThan(12);
    expect(program.length).toBeGreaterThan(60);
  });

  it("allows every import there is", () => {
    expect(findForbiddenImports(program, rooms, computedImports)).toEqual([]);
  });

  it("has no row and no permission that nothing uses", () => {
    expect(findStaleRows(program, rooms)).toEqual([]);
  });
});

describe("the program", () => {
  it("has no circles of imports", () => {
    expect(findCycles(all)).toEqual([]);
  });

  it("has no file that the launcher does not reach", () => {
    expect(findDeadFiles(program, ["bin/astralis.js"])).toEqual([]);
  });

  it("keeps files to 500 lines, functions to 70 and factories to 150", () => {
    const lines = { fileLines: 500, functionLines: 70, factoryLines: 150 };
    expect(findOversized(program, { ...lines, exceptions: longerThanTheLimits })).toEqual([]);
  });

  it("takes time, randomness and the environment from where they live, and exports by name", () => {
    expect(findBanned(program)).toEqual([]);
  });

  it("has names that say something", () => {
    expect(findEmptyNames(all)).toEqual([]);
  });

  it("is nowhere deeper than three folders under src", () => {
    expect(program.map((source) => source.path).filter((p) => p.split("/").length > 5)).toEqual([]);
  });
});

describe("the tests", () => {
  it("keep their files to 500 lines", () => {
    const tests = all.filter((source) => source.path.startsWith("test/"));
    const lines = { fileLines: 500, functionLines: Infinity, factoryLines: Infinity };
    expect(findOversized(tests, { ...lines, exceptions: [] })).toEqual([]);
  });
});
