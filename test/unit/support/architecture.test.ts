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
} from "../../support/architecture.ts";
import { parseSource } from "../../support/source.ts";

const files = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([path, text]) => parseSource(path, text));

const rooms = parseImportTable(`
# Something else
| \`src/no/\` | \`src/lib/\` | |
## The import table
| room | may import | packages |
| --- | --- | --- |
| \`src/lib/\` | | \`node\` |
| \`src/ports.ts\` | \`src/lib/\` | |
| \`src/pure/\` | \`src/lib/\` \`src/ports.ts\` (types) | |
| \`src/store/\` | \`src/lib/\` \`src/ports.ts\` | \`knex\` |
| \`src/face/\` | \`src/lib/\` \`src/store/\` (lazily) | |
## Another part
| \`src/neither/\` | \`src/lib/\` | |
`);

const check = (path: string, text: string) => findForbiddenImports(files({ [path]: text }), rooms);

describe("parseImportTable", () => {
  it("reads rooms, manners and packages from its own section alone", () => {
    expect(rooms.map((room) => room.name)).toEqual([
      "src/lib/",
      "src/ports.ts",
      "src/pure/",
      "src/store/",
      "src/face/",
    ]);
    expect(rooms[2]?.allows).toEqual([
      { target: "src/lib/", manner: "any" },
      { target: "src/ports.ts", manner: "types" },
    ]);
    expect(rooms[3]?.packages).toEqual(["knex"]);
  });

  it("finds nothing where the section is missing", () => {
    expect(parseImportTable("# Words")).toEqual([]);
  });
});

describe("findForbiddenImports", () => {
  it.each([
    ["an allowed room", "src/store/a.ts", 'import { b } from "../lib/b.ts";'],
    ["its own room", "src/store/a.ts", 'export * from "./deep/b.ts";'],
    ["a single file", "src/store/a.ts", 'import { b } from "../ports.ts";'],
    ["types where types are allowed", "src/pure/a.ts", 'import type { B } from "../ports.ts";'],
    ["lazily where that is allowed", "src/face/a.ts", 'await import("../store/b.ts");'],
    ["a part of an allowed package", "src/store/a.ts", 'import x from "knex/lib/x.js";'],
    ["a module of Node", "src/lib/a.ts", 'import x from "node:fs";'],
  ])("accepts %s", (_what, path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it.each([
    ["another room", "src/lib/a.ts", 'import { b } from "../store/b.ts";'],
    ["another room, over lines", "src/lib/a.ts", 'import {\n b,\n} from "../store/b.ts";'],
    ["another room's types", "src/lib/a.ts", 'import type { B } from "../store/b.ts";'],
    ["another room, by re-export", "src/lib/a.ts", 'export * from "../store/b.ts";'],
    ["another room, lazily", "src/lib/a.ts", 'await import("../store/b.ts");'],
    ["a room of a similar name", "src/pure/a.ts", 'import "../library/b.ts";'],
    ["values where types are allowed", "src/pure/a.ts", 'import { b } from "../ports.ts";'],
    ["at once what is to load lazily", "src/face/a.ts", 'import { b } from "../store/b.ts";'],
    ["a foreign package", "src/pure/a.ts", 'import knex from "knex";'],
    ["a package of a similar name", "src/store/a.ts", 'import x from "knexus";'],
    ["Node where it is not allowed", "src/pure/a.ts", 'import "node:fs";'],
    ["Node without its prefix", "src/lib/a.ts", 'import "fs";'],
    ["a computed path", "src/lib/a.ts", "await import(`./${b}.ts`);"],
    ["something out of no room", "src/other/a.ts", ""],
  ])("refuses to import %s", (_what, path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });
});

describe("findStaleRows", () => {
  it("names rooms without files and permissions without use", () => {
    const findings = findStaleRows(
      files({
        "src/lib/a.ts": 'import "node:fs";',
        "src/ports.ts": 'import "./lib/a.ts";',
        "src/pure/a.ts": 'import "../lib/a.ts";',
        "src/store/a.ts": 'import "knex"; import "../lib/a.ts"; import "../ports.ts";',
      }),
      rooms,
    );
    expect(findings).toEqual([
      "src/pure/: the table lets it import src/ports.ts, nothing does",
      "src/face/: holds no file",
    ]);
  });
});

describe("findCycles", () => {
  it("finds a circle of three, types included", () => {
    const circle = files({
      "src/a.ts": 'import "./b.ts";',
      "src/b.ts": 'import type { C } from "./c.ts";',
      "src/c.ts": 'await import("./a.ts");',
    });
    expect(findCycles(circle)).toEqual(["src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts"]);
  });

  it("finds a file that imports itself", () => {
    expect(findCycles(files({ "src/a.ts": 'import "./a.ts";' }))).toHaveLength(1);
  });

  it("takes two ways to one file for no circle", () => {
    const diamond = files({
      "src/a.ts": 'import "./b.ts"; import "./c.ts";',
      "src/b.ts": 'import "./d.ts";',
      "src/c.ts": 'import "./d.ts";',
      "src/d.ts": "",
    });
    expect(findCycles(diamond)).toEqual([]);
  });
});

describe("findDeadFiles", () => {
  it("names what the entry does not reach", () => {
    const sources = files({
      "bin/start.js": 'await import("../src/a.ts");',
      "src/a.ts": 'import type { B } from "./b.ts";',
      "src/b.ts": "",
      "src/c.ts": 'import "./d.ts";',
      "src/d.ts": "",
    });
    expect(findDeadFiles(sources, ["bin/start.js"])).toEqual([
      "src/c.ts: nothing imports it",
      "src/d.ts: nothing imports it",
    ]);
  });
});

const factory = (methods: number) =>
  `function f() {\n  return {\n${"    m() {\n      a();\n    },\n".repeat(methods)}  };\n}\n`;

describe("findOversized", () => {
  const long = `function f() {\n${"  a();\n".repeat(9)}}\n`;
  const lines = { fileLines: 10, functionLines: 8, factoryLines: 20 };
  const sizes = (exceptions: readonly string[]) =>
    findOversized(files({ "src/a.ts": long }), { ...lines, exceptions });

  it("names long files and long functions", () => {
    expect(sizes([])).toEqual([
      "src/a.ts: has 11 lines",
      "src/a.ts:1: f has 11 lines of its own, 11 in all",
    ]);
  });

  it("leaves out what is excepted by name", () => {
    expect(sizes(["src/a.ts", "src/a.ts f"])).toEqual([]);
  });

  it("names an exception that nothing needs", () => {
    expect(sizes(["src/a.ts", "src/a.ts f", "src/a.ts g"])).toHaveLength(1);
  });

  it("counts a factory's methods for themselves, until there are too many", () => {
    const limits = { ...lines, fileLines: 99, exceptions: [] };
    expect(findOversized(files({ "src/a.ts": factory(5) }), limits)).toEqual([]);
    expect(findOversized(files({ "src/a.ts": factory(6) }), limits)).toEqual([
      "src/a.ts:1: f has 4 lines of its own, 22 in all",
    ]);
  });
});

describe("findBanned", () => {
  it.each([
    "const a = Date.now();",
    "const a = new Date();",
    "const a = Math.random();",
    "const a = crypto.randomUUID();",
    "setTimeout(f, 1);",
    "const a = process.env.HOME;",
    "const a = process.env['HOME'];",
    "export default 1;",
    "export { a as default };",
    "enum A { B }",
    "await globalThis.fetch(a);",
  ])("finds %s", (text) => {
    expect(findBanned(files({ "src/sync/a.ts": text }))).toHaveLength(1);
  });

  it.each([
    "// Date.now()",
    "let a: typeof globalThis.fetch;",
    'const a = "Math.random()";',
    "new Date(a);",
    "clock.now();",
  ])("lets %s pass", (text) => {
    expect(findBanned(files({ "src/sync/a.ts": text }))).toEqual([]);
  });

  it("allows each in its own home alone", () => {
    const clock = files({ "src/lib/a.ts": "Date.now();", "src/library/a.ts": "Date.now();" });
    expect(findBanned(clock)).toHaveLength(1);
    const environment = files({
      "src/config/a.ts": "process.env.A;",
      "bin/astralis.js": "process.env.A;",
    });
    expect(findBanned(environment)).toEqual([]);
  });
});

describe("findEmptyNames", () => {
  it.each([
    ["src/a/string-utils.ts", ""],
    ["src/helpers/text.ts", ""],
    ["src/a/b.ts", "const rowData = 1;"],
    ["src/a/b.ts", "export class LeaseManager {}"],
    ["src/a/b.ts", "interface ClientInfo {}"],
    ["src/a/camelCase.ts", ""],
  ])("finds one in %s with %s", (path, text) => {
    expect(findEmptyNames(files({ [path]: text }))).toHaveLength(1);
  });

  it.each([
    ["src/a/metadata.ts", "const metadata = 1;"],
    ["src/a/b.ts", "const a = { data: 1 }; log.info(a.data);"],
  ])("lets %s with %s pass", (path, text) => {
    expect(findEmptyNames(files({ [path]: text }))).toEqual([]);
  });
});
