import { describe, expect, it } from "vitest";
import { declaredNames, functionsOf, importsOf, parseSource } from "../../support/source.ts";

const parse = (text: string) => parseSource("src/room/file.ts", text);
const imports = (text: string) =>
  importsOf(parse(text)).map((found) => `${found.kind} ${found.specifier}`);
const functions = (text: string) =>
  functionsOf(parse(text)).map((span) => `${span.name} ${span.line} ${span.lines}`);

describe("parseSource", () => {
  it.each([
    ["a line comment", 'const a = 1; // import "x"', "const a = 1;              "],
    ["a block comment", "/* a\n b */ c", "    \n      c"],
    ["a string", "const a = \"x // y\" + 'z';", "const a = \"      \" + ' ';"],
    ["an escaped quote", String.raw`const a = "x\"y";`, 'const a = "    ";'],
    ["a template", "`a ${b + `c`} d`", "`  ${b + ` `}  `"],
    ["an object in a template", "`${{ a: 1 }.a}x`", "`${{ a: 1 }.a} `"],
    ["a regular expression", "a.match(/[/'\"]x/g)", "a.match(/      /g)"],
    ["a division", 'a / b; "c"', 'a / b; " "'],
    ["a regular expression after return", "return /'/.test(a)", "return / /.test(a)"],
    ["a hash-bang line", "#!/usr/bin/env node\na", "                   \na"],
    ["an emoji", '"😀" + a', '"  " + a'],
  ])("blanks %s and moves nothing", (_what, text, code) => {
    expect(parse(text).code).toBe(code);
  });
});

describe("importsOf", () => {
  it.each([
    ["named", 'import { a, b as c } from "./x.ts";', ["static ./x.ts"]],
    ["over several lines", 'import {\n  a,\n  b,\n} from "./x.ts";', ["static ./x.ts"]],
    ["of types", 'import type { A } from "./x.ts";', ["type ./x.ts"]],
    [
      "of types inside braces, which still loads",
      'import { type A } from "./x.ts";',
      ["static ./x.ts"],
    ],
    ["of everything", 'import * as x from "./x.ts";', ["static ./x.ts"]],
    ["default", "import x, { y } from 'x';", ["static x"]],
    ["for its effect", 'import "./x.ts";', ["static ./x.ts"]],
    ["re-exported", 'export { a } from "./x.ts";', ["static ./x.ts"]],
    ["re-exported whole", 'export * from "./x.ts";', ["static ./x.ts"]],
    ["re-exported types", 'export type { A } from "./x.ts";', ["type ./x.ts"]],
    ["dynamic", 'const x = await import("./x.ts");', ["lazy ./x.ts"]],
    ["dynamic over two lines", 'import(\n  "./x.ts"\n)', ["lazy ./x.ts"]],
    ["dynamic by a whole template", "import(`./x.ts`)", ["lazy ./x.ts"]],
    ["dynamic and computed", "import(`./${name}.ts`)", ["computed "]],
    ["dynamic by a variable", "import(name)", ["computed "]],
    ["in a type", 'let x: typeof import("./x.ts");', ["type ./x.ts"]],
    ["required", 'const x = require("x");', ["lazy x"]],
    ["a program to start", 'new URL("./x.ts", import.meta.url)', ["lazy ./x.ts"]],
    ["after a local export", 'export const a = 1;\nimport { b } from "./x.ts";', ["static ./x.ts"]],
    ["none in a comment", '// import "./x.ts";\n/* import { a } from "b"; */', []],
    ["none in a string", "const a = 'import { b } from \"c\"';", []],
    ["none in a property", 'const a = b.import("c"); export const from = "x";', []],
    ["none in import.meta", "const a = import.meta.url;", []],
  ])("finds an import %s", (_what, text, expected) => {
    expect(imports(text)).toEqual(expected);
  });

  it("tells the line", () => {
    expect(importsOf(parse('\n\nimport "./x.ts";'))[0]?.line).toBe(3);
  });
});

describe("functionsOf", () => {
  it.each([
    ["a function", "function f(\n  a,\n) {\n  b();\n}", ["f 1 5"]],
    ["a function with a return type", "function f(): Promise<{ a: 1 }> {\n}", ["f 1 2"]],
    ["a return type in braces", "function f(): { a: 1 } | null {\n\n}", ["f 1 3"]],
    ["a type predicate", "function f(a: unknown): a is { b: 1 } {\n}", ["f 1 2"]],
    ["a generic function", "function f<T>(a: T): a is Extract<T, { b: 1 }> {\n}", ["f 1 2"]],
    ["an arrow with a block", "const f = (a) => {\n  b();\n};", ["f 1 3"]],
    ["an asynchronous arrow", "const f = async (\n  a,\n) => {\n};", ["f 1 4"]],
    ["an arrow with a return type", "const f = (a: A): Promise<B> => {\n};", ["f 1 2"]],
    ["an arrow with an expression", "const f = (a) =>\n  b(\n    a,\n  );\nc();", ["f 1 4"]],
    ["a method", "class A {\n  m(a: B): C {\n    d();\n  }\n}", ["m 2 3"]],
    ["a method of an object", "const a = {\n  async m() {\n  },\n};", ["m 2 2"]],
    ["a property that is an arrow", "const a = {\n  m: () => {\n  },\n};", ["m 2 2"]],
    [
      "no branch or loop",
      "if (a) {\n}\nfor (const b of c) {\n}\nwhile (d) {\n}\nswitch (e) {\n}",
      [],
    ],
    ["no catch", "try {\n} catch (a) {\n}", []],
    ["no declaration without a body", "interface A {\n  m(a: B): C;\n}", []],
    ["no ternary", "const a = b ? c(d) : { e: 1 };", []],
  ])("measures %s", (_what, text, expected) => {
    expect(functions(text)).toEqual(expected);
  });

  it("counts the functions inside a function to the outer one too", () => {
    expect(functions("function f() {\n  const g = () => {\n  };\n}")).toEqual(["f 1 4", "g 2 2"]);
  });
});

describe("declaredNames", () => {
  it("finds what is declared, and no property and no word of a sentence", () => {
    const text =
      "export function a() {}\nconst b = 1;\nlet c;\nclass D {}\ninterface E { f: 1 }\ntype G = 1; // const h";
    expect(declaredNames(parse(text))).toEqual(["a", "b", "c", "D", "E", "G"]);
  });
});
