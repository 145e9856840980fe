import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { configOf, connectionFile, problemsOf } from "../../support/config-text.ts";

const example = new URL("../../../astralis.config.example.yaml", import.meta.url);

const variables = {
  DATABASE_URL: "postgres://ada:pa55word@db.example.com/astralis",
  GOOGLE_CLIENT_ID: "google-id",
  GOOGLE_CLIENT_SECRET: "google-secret",
  STRIPE_CLIENT_ID: "ca_1",
  STRIPE_SECRET_KEY: "stripe-secret",
  INTEGRATION_SYNC_INTERVAL: "*/10 * * * *",
  INTEGRATION_MAX_RETRIES: "7",
  INTEGRATION_BATCH_SIZE: "25",
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "astralis-config-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Buffer): Promise<string> {
  const file = join(folder, name);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, content);
  return file;
}

describe("the example", () => {
  test("loads without any variable: defaults are in, applications are left out", async () => {
    const file = await write("astralis.config.yaml", await readFile(example, "utf8"));
    const config = await loadConfig({ cwd: folder, env: {} });
    expect(config.file).toBe(file);
    expect(config.storage).toEqual({
      kind: "sqlite",
      file: join(folder, ".astralis", "astralis.db"),
    });
    expect(config.apps).toEqual({});
    expect(config.safety).toEqual({ maxDeletes: 0.2, maxCreates: 500 });
    expect(config.orgs.map((org) => [org.name, org.title, org.defaultCountry])).toEqual([
      ["acme", "Acme Inc", "US"],
      ["trial", "Trial", null],
    ]);
    expect(config.orgs[0]?.connections.map((connection) => connection.name)).toEqual([
      "gmail",
      "billing",
    ]);
    expect(config.orgs[0]?.connections[0]).toMatchObject({
      direction: "pull",
      schedule: "*/5 * * * *",
      maxRetries: 3,
      batchSize: 50,
      create: { here: null, there: null },
    });
  });

  test("loads with every variable set", async () => {
    await write("astralis.config.yaml", await readFile(example, "utf8"));
    const config = await loadConfig({ cwd: folder, env: variables });
    expect(config.storage).toEqual({ kind: "postgres", url: variables.DATABASE_URL });
    expect(config.apps).toEqual({
      google: { clientId: "google-id", clientSecret: "google-secret", redirectPort: null },
      stripe: { clientId: "ca_1", clientSecret: "stripe-secret", redirectPort: null },
    });
    expect(config.orgs[0]?.connections[0]).toMatchObject({
      schedule: "*/10 * * * *",
      maxRetries: 7,
      batchSize: 25,
    });
  });
});

describe("finding the file", () => {
  test("takes the nearest one upwards", async () => {
    await write("astralis.config.yaml", "version: 1\n");
    const near = await write("a/b/astralis.config.yaml", "version: 1\n");
    await mkdir(join(folder, "a/b/c/d"), { recursive: true });
    expect((await loadConfig({ cwd: join(folder, "a/b/c/d"), env: {} })).file).toBe(near);
  });

  test("passes over a folder of that name", async () => {
    const file = await write("astralis.config.yaml", "version: 1\n");
    await mkdir(join(folder, "a/astralis.config.yaml"), { recursive: true });
    expect((await loadConfig({ cwd: join(folder, "a"), env: {} })).file).toBe(file);
  });

  test("takes the one that was asked for, and its folder for relative paths", async () => {
    const file = await write("deep/other.yaml", "version: 1\nstorage: sqlite:x.db\n");
    const config = await loadConfig({ path: "deep/other.yaml", cwd: folder, env: {} });
    expect(config).toMatchObject({ file, folder: join(folder, "deep") });
    expect(config.storage).toEqual({ kind: "sqlite", file: join(folder, "deep", "x.db") });
  });

  test.each([["missing.yaml"], ["."], ["there.yaml/astralis.config.yaml"]])(
    "says that %s is no file",
    async (path) => {
      await write("there.yaml", "version: 1\n");
      await expect(loadConfig({ path, cwd: folder, env: {} })).rejects.toMatchObject({
        code: "config-not-found",
        hint: expect.stringContaining("astralis init"),
      });
    },
  );
});

describe("reading the file", () => {
  test("takes a byte order mark and Windows line ends, and still counts places rightly", async () => {
    await write("astralis.config.yaml", "\ufeffversion: 1\r\nstorrage: x\r\n");
    await expect(loadConfig({ cwd: folder, env: {} })).rejects.toMatchObject({
      problems: [{ path: "storrage", line: 2, column: 1 }],
    });
    await write("astralis.config.yaml", "\ufeffversion: 1\r\norgs:\r\n  acme:\r\n");
    expect((await loadConfig({ cwd: folder, env: {} })).orgs).toHaveLength(1);
  });

  test.each([
    [
      "bytes that are not UTF-8",
      Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x0a]),
      { line: 2, column: 2 },
    ],
    ["text in UTF-16", Buffer.from("\ufeffversion: 1\n", "utf16le"), { line: 1, column: 1 }],
    ["a NUL", Buffer.from("version: 1\nstorage: a\0b\n"), { line: 2, column: 11 }],
    ["more than 1 MB", Buffer.from(`version: 1\n#${"x".repeat(1024 * 1024)}`), { line: 1 }],
  ])("refuses %s", async (_what, bytes, place) => {
    await write("astralis.config.yaml", bytes);
    await expect(loadConfig({ cwd: folder, env: {} })).rejects.toMatchObject({
      code: "config-invalid",
      problems: [place],
    });
  });
});

describe("variables", () => {
  test("come from the environment before .env, and an empty one counts as unset", async () => {
    await write(".env", "# comment\nNAME='From the file'\r\nCOUNTRY=DE\nEMPTY=\nexport BATCH=12\n");
    await write(
      "astralis.config.yaml",
      [
        "version: 1",
        "sync: { batch_size: '${BATCH}', max_retries: '${EMPTY:-4}' }",
        "orgs:",
        "  acme: { name: '${NAME}', defaults: { country: '${COUNTRY}' }, connections: { a: { provider: stripe } } }",
      ].join("\n"),
    );
    const config = await loadConfig({ cwd: folder, env: { COUNTRY: "at", NAME: "" } });
    expect(config.orgs[0]).toMatchObject({ title: "From the file", defaultCountry: "AT" });
    expect(config.orgs[0]?.connections[0]).toMatchObject({ batchSize: 12, maxRetries: 4 });
    expect(config.variables).toContainEqual({
      name: "NAME",
      path: "orgs.acme.name",
      from: "env-file",
    });
  });

  test("put in one value and nothing else, whatever they hold", () => {
    const nasty = '"}\nstorage: sqlite:evil.db\n# ${OTHER} *a !!x {{';
    const config = configOf("version: 1\norgs:\n  acme:\n    name: ${TITLE}\n", {
      TITLE: nasty,
      OTHER: "never",
    });
    expect(config.orgs[0]?.title).toBe(nasty);
    expect(config.storage).toMatchObject({ file: "/home/ada/.astralis/astralis.db" });
  });

  test("several stand in one value, and $${ is a plain ${", () => {
    const text = "version: 1\norgs:\n  acme: { name: '${A} & ${B:-Söhne} $${A} $A' }\n";
    expect(configOf(text, { A: "Müller" }).orgs[0]?.title).toBe("Müller & Söhne ${A} $A");
  });

  test("that are unset and needed are problems, all at once; under apps they leave the application out", () => {
    const text = [
      "version: 1",
      "storage: ${DATABASE_URL}",
      "apps: { google: { client_id: '${ID}' }, stripe: { client_id: a, client_secret: '${SECRET}' } }",
      "orgs: { acme: { connections: { a: { provider: '${A}${B}' } } } }",
    ].join("\n");
    expect(problemsOf(text)).toEqual([
      "2:10 storage: the variable DATABASE_URL is unset or empty; set it, write it into .env beside this file, or give a default: ${DATABASE_URL:-...}",
      "4:47 orgs.acme.connections.a.provider: A and B are unset or empty; set it, write it into .env beside this file, or give a default: ${A:-...}",
    ]);
    const config = configOf(text, { DATABASE_URL: "sqlite:a.db", A: "str", B: "ipe" });
    expect(config.apps).toEqual({
      stripe: { clientId: "a", clientSecret: null, redirectPort: null },
    });
    expect(config.orgs[0]?.connections[0]?.provider).toBe("stripe");
  });

  test("that leave an application out leave its environment: no connection moves by them", () => {
    const text = [
      "version: 1",
      "apps:",
      "  quickbooks: { client_id: '${ID}', environment: sandbox }",
      "  salesforce: { client_id: b, environment: '${WHERE}', redirect_uri: https://Acme.example }",
      "  stripe: { client_id: c }",
    ].join("\n");
    const config = configOf(text);
    expect(config.apps).toEqual({
      salesforce: {
        clientId: "b",
        clientSecret: null,
        redirectPort: null,
        // As it is written: providers compare it letter for letter.
        redirectUri: "https://Acme.example",
      },
      stripe: { clientId: "c", clientSecret: null, redirectPort: null },
    });
    expect(config.environments).toEqual({ quickbooks: "sandbox" });
    expect(configOf(text, { WHERE: "sandbox" }).environments).toEqual({
      quickbooks: "sandbox",
      salesforce: "sandbox",
    });
  });

  test("with an empty default count as not written", () => {
    const text = connectionFile("schedule: ${S:-}", "collections: ['${C:-}', clients]");
    expect(configOf(text).orgs[0]?.connections[0]).toMatchObject({
      schedule: "*/5 * * * *",
      collections: ["clients"],
    });
  });

  test.each([["${1X}"], ["${}"], ["${A"], ["${A:?needed}"], ["${A-b}"]])(
    "written as %s are a problem",
    (written) => {
      expect(problemsOf(`version: 1\nstorage: '${written}'\n`, { A: "x" })).toEqual([
        "2:10 storage: a variable is written ${NAME} or ${NAME:-default}; a plain ${ is written $${",
      ]);
    },
  );

  test("named like parts of every object are unset, not found", () => {
    expect(problemsOf("version: 1\nstorage: ${constructor}${toString}\n")).toHaveLength(1);
  });
});

describe("the configuration", () => {
  test("is frozen through and through", () => {
    const config = configOf(connectionFile("conflict: { fields: { name: manual } }"));
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.orgs[0]?.connections[0]?.conflict.fields)).toBe(true);
  });

  test.each([
    ["version: 1", 0],
    ["version: 1\napps:\nsync:\nsafety:\norgs:", 0],
    ["version: 1\norgs:\n  acme:\n  constructor:\n    connections:", 2],
  ])("needs neither organization nor connection: %j", (text, orgs) => {
    expect(configOf(text).orgs).toHaveLength(orgs);
  });

  test("takes the conflict rule from the connection, else the organization, else sync", () => {
    const connection = "    connections: { a: { provider: x } }";
    const own = "    connections: { a: { provider: x, conflict: { default: manual } } }";
    expect(rule("version: 1", "orgs:", "  o:", connection)).toBe("last-write-wins");
    const sync = ["version: 1", "sync: { conflict: external-wins }", "orgs:", "  o:"];
    expect(rule(...sync, connection)).toBe("external-wins");
    expect(rule(...sync, "    conflict: astralis-wins", connection)).toBe("astralis-wins");
    expect(rule(...sync, "    conflict: astralis-wins", own)).toBe("manual");
  });

  test("follows aliases and merges `<<`, a mapping's own keys first", () => {
    const text = [
      "version: 1",
      "orgs:",
      "  one:",
      "    connections: &both",
      "      a: &a { provider: stripe, deletes: ignore }",
      "  two:",
      "    connections:",
      "      <<: *both",
      "      b: { <<: [{ provider: x }, *a], deletes: propagate }",
    ].join("\n");
    const [, two] = configOf(text).orgs;
    expect(
      two?.connections.map(({ name, provider, deletes }) => [name, provider, deletes]),
    ).toEqual([
      ["b", "x", "propagate"],
      ["a", "stripe", "ignore"],
    ]);
  });

  test("reads NO and 012 as YAML 1.2 does, whatever version the file claims", () => {
    const text = "%YAML 1.1\n---\nversion: 1\norgs:\n  acme: { defaults: { country: NO } }\n";
    expect(configOf(text).orgs[0]?.defaultCountry).toBe("NO");
  });

  test.each([
    ["sqlite:/var/a.db", { kind: "sqlite", file: "/var/a.db" }],
    ["sqlite:///var/a.db", { kind: "sqlite", file: "/var/a.db" }],
    ["sqlite:../a.db", { kind: "sqlite", file: "/home/a.db" }],
    ["postgresql://h/d", { kind: "postgres", url: "postgresql://h/d" }],
  ])("understands the storage %s", (storage, expected) => {
    expect(configOf(`version: 1\nstorage: ${storage}\n`).storage).toEqual(expected);
  });

  test("keeps origins without a slash at the end", () => {
    const text = connectionFile(
      "endpoints: { api: 'HTTP://LocalHost:4010/', token: 'https://a/b' }",
    );
    expect(configOf(text).orgs[0]?.connections[0]?.endpoints).toEqual({
      api: "http://localhost:4010",
      token: "https://a/b",
    });
  });
});

function rule(...lines: readonly string[]): string | undefined {
  return configOf(lines.join("\n")).orgs[0]?.connections[0]?.conflict.default;
}
