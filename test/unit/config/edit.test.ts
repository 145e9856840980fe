import {
  chmod,
  lstat,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { addConnection, addOrganization } from "../../../src/config/edit.ts";
import { initConfig, initialFile } from "../../../src/config/initial.ts";
import { insertKey } from "../../../src/config/insert.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { replaceFile } from "../../../src/config/replace-file.ts";
import { configOf } from "../../support/config-text.ts";

const example = new URL("../../../astralis.config.example.yaml", import.meta.url);

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "astralis-edit-"));
  file = join(folder, "astralis.config.yaml");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The file's text after a connection `new` to Stripe was added to `acme`. */
async function added(...lines: readonly string[]): Promise<readonly string[]> {
  await writeFile(file, lines.join("\n"));
  await addConnection(file, "acme", { name: "new", connection: { provider: "stripe" } });
  return (await readFile(file, "utf8")).split("\n");
}

describe("adding a connection", () => {
  test("moves no other character of the example", async () => {
    const text = await readFile(example, "utf8");
    const lines = text.split("\n");
    const place = lines.findIndex((line) => line.includes("search_lag_seconds: 60")) + 1;
    expect(await added(...lines)).toEqual(
      lines.toSpliced(place, 0, "      new:", "        provider: stripe"),
    );
  });

  test("keeps odd spacing, quotes, anchors and comments", async () => {
    const lines = [
      "version:   1   # one",
      "",
      "",
      "orgs:",
      '   "acme":   # ours',
      "       name: 'Acme'",
      "       connections:",
      "            gmail:   &g  {provider: gmail,   enabled: true }   # why",
      "            # about gmail",
      "   other: {connections: {a: *g}}",
    ];
    const place = 9;
    expect(await added(...lines)).toEqual(
      lines.toSpliced(place, 0, "            new:", "              provider: stripe"),
    );
  });

  test.each([
    [["    connections: {}"], ["    connections:", "      new:", "        provider: stripe"]],
    [["    connections:"], ["    connections:", "      new:", "        provider: stripe"]],
    [
      ["    connections: # later", "    name: a"],
      ["    connections: # later", "      new:", "        provider: stripe", "    name: a"],
    ],
    [
      ["    name: a"],
      ["    name: a", "    connections:", "      new:", "        provider: stripe"],
    ],
    [
      ["    connections: { a: { provider: x } }"],
      ["    connections: { a: { provider: x }, new: { provider: stripe } }"],
    ],
    [
      ["    connections: {", "      a: { provider: x },", "    }"],
      ["    connections: {", "      a: { provider: x }, new: { provider: stripe },", "    }"],
    ],
    [
      ["    name: |", "      Acme", "      Inc", "safety:"],
      [
        "    name: |",
        "      Acme",
        "      Inc",
        "    connections:",
        "      new:",
        "        provider: stripe",
        "safety:",
      ],
    ],
  ])("to %j", async (before, after) => {
    const head = ["version: 1", "orgs:", "  acme:"];
    expect(await added(...head, ...before, "")).toEqual([...head, ...after, ""]);
  });

  test("to an organization that is one line, or nothing yet", async () => {
    expect(await added("version: 1", "orgs: { acme: { name: a } }")).toEqual([
      "version: 1",
      "orgs: { acme: { name: a, connections: { new: { provider: stripe } } } }",
    ]);
    expect(await added("version: 1", "orgs:", "  acme:")).toEqual([
      "version: 1",
      "orgs:",
      "  acme:",
      "    connections:",
      "      new:",
      "        provider: stripe",
      "",
    ]);
  });

  test("keeps Windows line ends and a byte order mark", async () => {
    await writeFile(file, "\ufeffversion: 1\r\norgs:\r\n  acme:\r\n    name: a\r\n");
    await addConnection(file, "acme", { name: "new", connection: { provider: "stripe" } });
    expect(await readFile(file, "utf8")).toBe(
      "\ufeffversion: 1\r\norgs:\r\n  acme:\r\n    name: a\r\n    connections:\r\n      new:\r\n        provider: stripe\r\n",
    );
  });

  test("writes all that it was given, and the file loads", async () => {
    await writeFile(file, initialFile({ org: "acme" }));
    await addConnection(file, "acme", {
      name: "gmail",
      connection: {
        provider: "gmail",
        collections: ["clients"],
        endpoints: { api: "http://127.0.0.1:4010" },
        enabled: undefined,
      },
    });
    const config = await loadConfig({ cwd: folder, env: {} });
    expect(config.orgs[0]?.connections[0]).toMatchObject({
      name: "gmail",
      provider: "gmail",
      collections: ["clients"],
      endpoints: { api: "http://127.0.0.1:4010" },
    });
  });

  test("refuses a name that is taken or is none, and an organization that is not there", async () => {
    const connection = { provider: "x" };
    const text = "version: 1\norgs:\n  acme:\n    connections: { a: { provider: x } }\n";
    await writeFile(file, text);
    await expect(addConnection(file, "acme", { name: "a", connection })).rejects.toMatchObject({
      code: "usage",
    });
    await expect(addConnection(file, "acme", { name: "A b", connection })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("try a-b"),
    });
    await expect(addConnection(file, "acm", { name: "b", connection })).rejects.toMatchObject({
      code: "org-unknown",
      hint: "Did you mean acme?",
    });
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("that would change another organization is left to a person, with the lines to add", async () => {
    const text = "version: 1\norgs:\n  acme: &a\n    connections: {}\n  other: *a\n";
    await writeFile(file, text);
    const adding = addConnection(file, "acme", { name: "new", connection: { provider: "x" } });
    await expect(adding).rejects.toMatchObject({
      code: "config-unwritable",
      hint: "Add it by hand:\norgs:\n  acme:\n    connections:\n      new:\n        provider: x\n",
    });
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("leaves every line of any file where it was", () => {
    const name = fc.constantFrom("a", "b-c", "d_e");
    const filler = fc.constantFrom("", "# note", "    # deep note", "   ");
    const leaf = fc.record({
      name,
      style: fc.constantFrom("block", "flow", "empty", "none"),
      before: fc.array(filler, { maxLength: 2 }),
      after: fc.array(filler, { maxLength: 2 }),
    });
    const org = fc.uniqueArray(leaf, { selector: ({ name }) => name, maxLength: 3 });
    fc.assert(
      fc.property(org, fc.constantFrom("", "\n", "\nsafety: {}\n"), (connections, end) => {
        const lines = ["version: 1", "orgs:", "  acme:", "    connections:"];
        for (const { name, style, before, after } of connections) {
          lines.push(...before);
          if (style === "block") lines.push(`      ${name}:`, "        provider: x # here");
          if (style === "flow") lines.push(`      ${name}: { provider: x }`);
          if (style === "empty") lines.push(`      ${name}: {}`);
          if (style === "none") lines.push(`      ${name}:`);
          lines.push(...after);
        }
        const text = lines.join("\n") + end;
        const result = insertKey(text, ["orgs", "acme", "connections", "new"], { provider: "y" });
        const kept = (result ?? "")
          .split("\n")
          .filter((line) => !/^ +(new:|provider: y)$/.test(line));
        expect(kept.join("\n").trimEnd()).toBe(text.trimEnd());
        expect(parse(result ?? "").orgs.acme.connections.new).toEqual({ provider: "y" });
      }),
      { numRuns: 300 },
    );
  });
});

describe("adding an organization", () => {
  test.each([
    ["version: 1\n", "version: 1\norgs:\n  beta:\n    name: Beta\n"],
    ["version: 1\norgs:\n", "version: 1\norgs:\n  beta:\n    name: Beta\n"],
    [
      "version: 1\norgs:\n  acme: {}\nsync: {}\n",
      "version: 1\norgs:\n  acme: {}\n  beta:\n    name: Beta\nsync: {}\n",
    ],
  ])("to %j", async (before, after) => {
    await writeFile(file, before);
    await addOrganization(file, "beta", { name: "Beta" });
    expect(await readFile(file, "utf8")).toBe(after);
  });

  test("refuses a name that is taken", async () => {
    await writeFile(file, "version: 1\norgs: { beta: {} }\n");
    await expect(addOrganization(file, "beta")).rejects.toMatchObject({ code: "usage" });
  });
});

describe("a first configuration", () => {
  test("is valid, with every option and with none", () => {
    expect(configOf(initialFile({ org: "acme" })).orgs).toMatchObject([
      { name: "acme", title: "acme", connections: [] },
    ]);
    const text = initialFile({
      org: "acme",
      title: 'Müller: "${X}" # & Söhne',
      storage: "postgres://ada@db/astralis",
      match: ["email", "phone"],
      country: "DE",
      apps: { google: { client_id: "id", client_secret: "s", redirect_port: 8765 } },
      connections: { gmail: { provider: "gmail", endpoints: { api: "http://127.0.0.1:1" } } },
    });
    expect(configOf(text)).toMatchObject({
      storage: { kind: "postgres" },
      apps: { google: { clientId: "id", redirectPort: 8765 } },
      orgs: [
        {
          title: 'Müller: "${X}" # & Söhne',
          match: ["email", "phone"],
          defaultCountry: "DE",
          connections: [{ name: "gmail", endpoints: { api: "http://127.0.0.1:1" } }],
        },
      ],
    });
  });

  test.each([
    [{ org: "Acme Inc" }, "try acme-inc"],
    [{ org: "a", title: " " }, "title"],
    [{ org: "a", storage: "mysql://h" }, "cannot be mysql"],
    [{ org: "a", country: "Germany" }, "two letters"],
  ])("refuses %j", (options, message) => {
    expect(() => initialFile(options)).toThrow(message);
  });

  test("never writes over a file", async () => {
    await writeFile(file, "mine\n");
    await expect(initConfig(file, { org: "acme" })).rejects.toMatchObject({
      code: "config-exists",
    });
    expect(await readFile(file, "utf8")).toBe("mine\n");
  });

  test.each([
    ["missing/astralis.config.yaml", "its folder is not there"],
    ["file/astralis.config.yaml", "its folder is a file"],
  ])("says why %s cannot be written", async (path, reason) => {
    await writeFile(join(folder, "file"), "");
    await expect(initConfig(join(folder, path), { org: "acme" })).rejects.toMatchObject({
      code: "config-unwritable",
      message: expect.stringContaining(reason),
    });
  });
});

describe("writing", () => {
  test("keeps the mode, leaves a link a link and nothing else behind", async () => {
    const real = join(folder, "real.yaml");
    await writeFile(real, "version: 1\norgs: { acme: }\n");
    await chmod(real, 0o640);
    await symlink("real.yaml", file);
    await addConnection(file, "acme", { name: "new", connection: { provider: "x" } });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect(await readFile(real, "utf8")).toContain("new: { provider: x }");
    expect((await readdir(folder)).toSorted()).toEqual(["astralis.config.yaml", "real.yaml"]);
  });

  test("refuses where the file is not any more what was read", async () => {
    await writeFile(file, "version: 1 # theirs\n");
    await expect(replaceFile(file, Buffer.from("version: 1\n"), "ours\n")).rejects.toMatchObject({
      code: "config-unwritable",
      message: expect.stringContaining("changed by someone else"),
    });
    expect(await readFile(file, "utf8")).toBe("version: 1 # theirs\n");
    expect(await readdir(folder)).toEqual(["astralis.config.yaml"]);
  });

  test("says so where the file is gone", async () => {
    await expect(replaceFile(file, Buffer.alloc(0), "ours\n")).rejects.toMatchObject({
      code: "config-unwritable",
    });
  });
});
