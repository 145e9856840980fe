import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../src/config/config.ts";
import { cronProblem } from "../../../src/config/cron.ts";
import { endpointProblem, normalEndpoint } from "../../../src/config/endpoints.ts";
import { lookUpIn, readEnvFile, withEnvFile } from "../../../src/config/environment.ts";
import { insertKey } from "../../../src/config/insert.ts";
import { loadConfig, parseConfig } from "../../../src/config/load.ts";
import { nameProblem, suggestName } from "../../../src/config/names.ts";
import { shownConfigText } from "../../../src/config/show.ts";
import { parseStorage, storageProblem } from "../../../src/config/storage.ts";
import { substitute } from "../../../src/config/variables.ts";
import { ConfigError } from "../../../src/lib/errors.ts";
import { isRecord } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import type { Dice } from "../dice.ts";
import { mutated, mutatedText, strangeText } from "../mutants.ts";
import { claim, isText, readOrRefused, textOf } from "../target.ts";
import type { Target } from "../target.ts";
import { written } from "../wire.ts";

const secrets = ["sk_live_fuzzedsecret", "postgres-fuzzed-password"];

const environment = {
  GOOGLE_CLIENT_ID: "id.apps.example.com",
  GOOGLE_CLIENT_SECRET: secrets[0],
  PORT: "8080",
  EMPTY: "",
  DATABASE_URL: `postgres://ada:${secrets[1]}@db.example.com/astralis`,
};

/** Pieces of the language, and of what stands in such files. */
const pieces = [
  ": ",
  "- ",
  "\n",
  "\n  ",
  "\n    ",
  "\t",
  "{ ",
  " }",
  "[",
  "]",
  ", ",
  '"',
  "'",
  "#",
  "&a ",
  "*a",
  "<<: *a\n",
  "<<: [*a, *a]\n",
  "!!binary ",
  "? ",
  "| \n",
  "> \n",
  "---\n",
  "%YAML 1.1\n",
  "__proto__: { polluted: true }\n",
  "constructor: { prototype: { polluted: true } }\n",
  "${DATABASE_URL}",
  "${GOOGLE_CLIENT_SECRET}",
  "${PORT}",
  "${EMPTY:-x}",
  "${",
  "$${",
  "${__proto__}",
  "${a:-${b}}",
  "version: 1\n",
  "orgs:\n",
  "~",
  "null",
  "1e999",
  "0x1f",
  "2026-01-01",
  ".inf",
];

const files = [
  `version: 1
storage: sqlite:.astralis/astralis.db
apps:
  google: { client_id: "\${GOOGLE_CLIENT_ID}", client_secret: "\${GOOGLE_CLIENT_SECRET}" }
sync: { schedule: "*/5 * * * *", conflict: last-write-wins, max_retries: 3, batch_size: 50 }
safety: { max_deletes: "20%", max_creates: 500 }
orgs:
  acme:
    name: Acme Inc
    match: [email]
    connections:
      gmail: { provider: gmail, collections: [clients], direction: pull }
      billing:
        provider: stripe
        conflict: { default: last-write-wins, fields: { phone: astralis-wins, custom.vat: manual } }
        deletes: unlink
        endpoints: { api: "http://127.0.0.1:4010" }
`,
  `# comments
version: 1
storage: \${DATABASE_URL}
base: &a { provider: stripe, enabled: true }
orgs:
  acme: { connections: { one: { <<: *a, clear: ignore }, two: *a } }
`,
  "version: 1\norgs: {}\n",
  "version: 1\nsync:\n  request_timeout_seconds: ${PORT:-30}\norgs:\n  a:\n    connections:\n",
];

/** JSON is YAML as well: so the file stays one, whatever its values become. */
const values: Json = {
  version: 1,
  storage: "sqlite:a.db",
  apps: { google: { client_id: "${GOOGLE_CLIENT_ID}", redirect_port: 8080 } },
  sync: { schedule: "0 * * * *", max_retries: 3, request_timeout_seconds: "${PORT:-30}" },
  safety: { max_deletes: "20%", max_creates: 500 },
  orgs: {
    acme: {
      match: ["email", "phone"],
      defaults: { country: "DE" },
      connections: {
        billing: {
          provider: "stripe",
          direction: { default: "both", fields: { name: "pull" } },
          clear: "ignore",
          create: { here: true, there: false },
          endpoints: { api: "http://127.0.0.1:4010", token: "https://a.test/token" },
          search_lag_seconds: 10,
        },
      },
    },
  },
};

function drawFile(dice: Dice): string {
  if (dice.chance(0.5)) return written(mutated(dice, values, 2));
  let text = dice.pick(files);
  for (let count = dice.below(5); count > 0; count -= 1) {
    text = dice.chance(0.1)
      ? mutatedText(dice, text)
      : mutatedText(dice, text, [...pieces, ...pieces, strangeText(dice)]);
  }
  return text.length > 20_000 ? text.slice(0, 20_000) : text;
}

/** All of them; files lie in that folder, which nothing else may use. */
export function configTargets(folder: string): readonly Target[] {
  return [configTarget, insertTarget, valuesTarget, envTarget(folder), configFileTarget(folder)];
}

/** The configuration as text, with everything that it goes through. */
const configTarget: Target = {
  name: "config",
  share: 12,
  draw: drawFile,
  check: async (input) => {
    const text = textOf(input);
    const read = await readOrRefused(() => {
      try {
        return parseConfig(text, { file: "/nowhere/a.yaml", lookUp: lookUpIn(environment, {}) });
      } catch (error) {
        if (error instanceof ConfigError) checkProblems(error, text);
        throw error;
      }
    }, secrets);
    if (read === null) return "refused";
    checkConfig(read.value);
    return "taken";
  },
};

function checkProblems(error: ConfigError, text: string): void {
  const lines = text.split("\n").length;
  claim(error.problems.length > 0, "a refusal without a problem");
  for (const { path, line, column, message } of error.problems) {
    claim(
      line >= 1 && line <= lines + 1 && column >= 1,
      `a place outside of the file ${line}:${column}`,
    );
    claim(isText(path) && message !== "", "a problem without words");
    for (const secret of secrets)
      claim(!`${path} ${message}`.includes(secret), "a problem repeats a secret");
  }
}

function checkConfig(config: Config): void {
  claim(Object.isFrozen(config) && Object.isFrozen(config.orgs), "it can be changed");
  const { maxDeletes, maxCreates } = config.safety;
  claim(maxDeletes > 0 && maxDeletes <= 1 && Number.isInteger(maxCreates), "the ceilings are none");
  for (const org of config.orgs) {
    claim(nameProblem(org.name) === null, "an organization's name is none");
    for (const connection of org.connections) {
      claim(nameProblem(connection.name) === null, "a connection's name is none");
      claim(cronProblem(connection.schedule) === null, "a schedule is none");
      for (const [name, url] of Object.entries(connection.endpoints)) {
        const form = name === "api" ? "origin" : "url";
        claim(endpointProblem(url, form) === null, "an endpoint is none");
        claim(normalEndpoint(url, form) === url, "an endpoint's normal form has another one");
      }
    }
  }
  const shown = shownConfigText(config);
  for (const secret of secrets) claim(!shown.includes(secret), "what is shown has a secret");
}

/** A key put into a file that a person wrote: as it is to be, or not at all. */
const insertTarget: Target = {
  name: "config-insert",
  share: 6,
  draw: (dice) => ({
    text: drawFile(dice),
    path: dice.pick([
      ["orgs", "acme", "connections", "new"],
      ["orgs", "b"],
      ["orgs", "a", "connections", "x"],
    ]),
  }),
  check: (input) => {
    const { text, path } = isRecord(input) ? input : {};
    const keys = Array.isArray(path) ? path.map(textOf) : [];
    const inserted = insertKey(textOf(text), keys, { provider: "stripe", enabled: true });
    if (inserted === null) return "refused";
    claim(inserted.includes("stripe"), "the key is not in it");
    return "taken";
  },
};

/** Single values of the file. */
const valuesTarget: Target = {
  name: "config-values",
  share: 80,
  draw: (dice) =>
    mutatedText(
      dice,
      dice.pick([
        "*/5 0-23 1,15 jan-dec mon",
        "sqlite:.astralis/a.db",
        "postgres://ada@localhost/db?sslmode=require",
        "https://api.example.com:8443/",
        "http://127.0.0.1:1",
        "Müller & Söhne GmbH",
        "a ${HOME:-x} b $${c} ${D}",
        "20%",
      ]),
    ),
  check: (input) => {
    const text = textOf(input);
    const problems = [cronProblem(text), nameProblem(text), storageProblem(text)];
    if (storageProblem(text) === null) {
      const { kind } = parseStorage(text, "/folder");
      claim(kind === "sqlite" || kind === "postgres", "the storage is none");
    }
    for (const form of ["origin", "url"] as const) {
      const problem = endpointProblem(text, form);
      problems.push(problem);
      if (problem !== null) continue;
      const normal = normalEndpoint(text, form);
      claim(endpointProblem(normal, form) === null, "an endpoint's normal form is refused");
      claim(normalEndpoint(normal, form) === normal, "an endpoint's normal form has another one");
    }
    const name = suggestName(text);
    if (name !== null) claim(suggestName(name) === name, "a suggested name has a better one");
    const lookUp = lookUpIn({ HOME: "${D}", D: "${HOME}" }, {});
    const put = substitute(text, lookUp);
    claim(
      put.uses.every((use) => isText(use.name)),
      "a variable without a name",
    );
    return problems.includes(null) ? "taken" : "refused";
  },
};

const envFiles = [
  `GOOGLE_CLIENT_ID=abc\nGOOGLE_CLIENT_SECRET="${secrets[0]}"\n# note\nEMPTY=\nexport A='b c'\n`,
  "ASTRALIS_KEY=0123456789012345678901234567890123456789\r\nX=1 # y\r\n",
];

/** The `.env` of that folder, as bytes. */
function envTarget(home: string): Target {
  return {
    name: "env-file",
    share: 4,
    draw: (dice) => {
      let text = dice.pick(envFiles);
      for (let count = 1 + dice.below(4); count > 0; count -= 1)
        text = mutatedText(dice, text, [
          "=",
          "\n",
          "'",
          '"',
          "`",
          "#",
          "export ",
          "__proto__=1\n",
          "\\n",
          "${A}",
          "\0",
        ]);
      return { text, encoding: dice.chance(0.9) ? "utf8" : "latin1" };
    },
    check: async (input) => {
      const { text, encoding } = isRecord(input) ? input : {};
      writeFileSync(join(home, ".env"), textOf(text), encoding === "latin1" ? "latin1" : "utf8");
      const read = await readOrRefused(() => readEnvFile(home), secrets);
      if (read === null) return "refused";
      for (const value of Object.values(read.value)) claim(isText(value), "a variable is no text");
      const merged = await withEnvFile({ GOOGLE_CLIENT_ID: "mine" }, home);
      claim(merged["GOOGLE_CLIENT_ID"] === "mine", "the file wins over the environment");
      const lookUp = lookUpIn({}, read.value);
      for (const name of ["__proto__", "constructor", "toString"]) {
        const found = lookUp(name);
        claim(found === null || isText(found.value), `${name} has a value that is no text`);
      }
      return "taken";
    },
  };
}

/** Files as bytes, found from a folder below. */
function configFileTarget(home: string): Target {
  const deep = join(home, "a", "b");
  mkdirSync(deep, { recursive: true });
  return {
    name: "config-file",
    share: 2,
    draw: (dice) => ({
      text: drawFile(dice),
      encoding: dice.pick(["utf8", "utf8", "latin1", "utf16le"]),
    }),
    check: async (input) => {
      const { text, encoding } = isRecord(input) ? input : {};
      const known = (["utf8", "latin1", "utf16le"] as const).find((name) => name === encoding);
      writeFileSync(join(home, "astralis.config.yaml"), textOf(text), known ?? "utf8");
      const read = await readOrRefused(() => loadConfig({ cwd: deep, env: environment }), secrets);
      return read === null ? "refused" : "taken";
    },
  };
}
