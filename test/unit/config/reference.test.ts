import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { initialFile } from "../../../src/config/initial.ts";
import { fileKeys } from "../../../src/config/keys.ts";
import { configJsonSchema } from "../../../src/config/schema.ts";
import { configReference, keysUnder } from "../../support/config-reference.ts";

const docs = new URL("../../../docs/configuration.md", import.meta.url);
const example = new URL("../../../astralis.config.example.yaml", import.meta.url);

const start = "<!-- keys: written by test/unit/config/reference.test.ts -->\n";
const end = "\n<!-- end of keys -->";

describe("the reference of the configuration", () => {
  test("has a row for every key of the schema and no other; `vitest -u` writes it", async () => {
    const page = await readFile(docs, "utf8");
    const [before = "", rest = ""] = page.split(start);
    const after = rest.slice(rest.indexOf(end.trim()) + end.trim().length);
    const written = `${before}${start}${configReference(fileKeys())}${end}${after}`;
    await expect(written).toMatchFileSnapshot(docs.pathname);
  });

  test("explains every key in a sentence", () => {
    const silent = keysUnder(fileKeys(), "").filter(
      ([, key]) => !/^[A-Z`].{8,}\.$/.test(key.description),
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  test("the example shows every key but those of vendors that are not built yet", async () => {
    const shown = new Set(pathsOf(parse(await readFile(example, "utf8")), []));
    const missing = keysUnder(fileKeys(), "")
      .map(([path]) => path)
      .filter((path) => !shown.has(path) && !shown.has(path.replace(/^apps\.\w+/, "apps.google")));
    expect(missing.filter((path) => !path.startsWith("apps."))).toEqual([]);
  });
});

describe("the JSON Schema", () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(configJsonSchema());

  test("accepts the example and a first configuration as they are written", async () => {
    for (const text of [await readFile(example, "utf8"), initialFile({ org: "acme" })]) {
      validate(parse(text));
      expect(validate.errors).toBeNull();
    }
  });

  test.each([
    ["an unknown key", { version: 1, storrage: "x" }],
    ["an unknown key of a connection", connection({ sieve: {} })],
    ["a value that is none of those known", connection({ deletes: "all" })],
    ["a wrong type", { version: 1, sync: { batch_size: true } }],
    ["a number out of range", { version: 1, sync: { batch_size: 0 } }],
    ["a name that cannot be one", { version: 1, orgs: { "Acme Inc": {} } }],
    ["another version", { version: 2 }],
    ["a list that is empty", { version: 1, orgs: { acme: { match: [] } } }],
  ])("refuses %s", (_what, value) => {
    expect(validate(value)).toBe(false);
  });
});

function connection(keys: Record<string, unknown>): unknown {
  return {
    version: 1,
    orgs: { acme: { connections: { billing: { provider: "stripe", ...keys } } } },
  };
}

/** Paths with the names that people choose in angle brackets, as the reference writes them. */
function pathsOf(value: unknown, path: readonly string[]): readonly string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const inside = [...path, placeholder(name, path)];
    return [inside.join("."), ...pathsOf(inner, inside)];
  });
}

function placeholder(name: string, path: readonly string[]): string {
  if (path.join() === "orgs") return "<org>";
  if (path.at(-1) === "connections") return "<connection>";
  if (path.at(-1) === "filter") return "<condition>";
  return path.at(-1) === "fields" ? "<field>" : name;
}
