import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, type ConfigProblem } from "../../../src/lib/errors.ts";
import { configOf, connectionFile, problemsOf } from "../../support/config-text.ts";

const exampleFile = new URL("../../../astralis.config.example.yaml", import.meta.url);

describe("broken YAML", () => {
  test("shows every fault at once, without a word of the file", () => {
    const text = "version: 1\nstorage: @sk_live_1234\nsync:\n\tconflict: manual\norgs: `b\n";
    expect(problemsOf(text)).toEqual([
      "2:10 a value cannot start with this character; put it in quotes",
      "4:1 a tab cannot indent; use spaces",
      "5:7 a value cannot start with this character; put it in quotes",
    ]);
  });

  test.each([
    [
      "a tab as indentation",
      "version: 1\norgs:\n\tacme: 1\n",
      "3:1 a tab cannot indent; use spaces",
    ],
    ["a key that is a list", "version: 1\n? [a, b]\n: c\n", "2:3 a key must be text"],
    ["a second document", "version: 1\n---\nversion: 1\n", "2:1 the file must hold one document"],
    ["a tag", "version: 1\nstorage: !!binary aGVsbG8=\n", "2:10 a tag (!...) has no meaning here"],
    ["a tag of one's own", "version: !env 1\n", "1:10 a tag (!...) has no meaning here"],
    ["an alias without an anchor", "version: *none\n", "1:10 this alias has no anchor before it"],
    ["an open quote", 'version: "1\n', '2:1 missing closing "quote'],
    ["a list in place of a mapping", "- version: 1\n", "1:1 the file must be a mapping"],
    ["a text in place of a mapping", "hello\n", "1:1 the file must be a mapping"],
  ])("%s", (_what, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("keys", () => {
  test.each([
    ["storrage: x", "2:1 storrage: there is no such key; did you mean storage?"],
    [
      "sync: { batchSize: 5 }",
      "2:9 sync.batchSize: there is no such key; did you mean batch_size?",
    ],
    [
      "safety: { max_retries: 5 }",
      "2:11 safety.max_retries: there is no such key here; it belongs under sync",
    ],
    [
      "deletes: unlink",
      "2:1 deletes: there is no such key here; it belongs under orgs.<org>.connections.<connection>",
    ],
    [
      "zzz: 1",
      "2:1 zzz: there is no such key; known here are version, storage, apps, sync, safety, orgs",
    ],
    ["apps: { gogle: {} }", "2:9 apps.gogle: there is no such key; did you mean google?"],
    [
      "apps: { google: { client_id: a, clientsecret: b } }",
      "2:33 apps.google.clientsecret: there is no such key; did you mean client_secret?",
    ],
    [
      "apps: { google: { client_id: a, tenant: b } }",
      "2:33 apps.google.tenant: there is no such key here; it belongs under apps.microsoft",
    ],
    [
      "orgs: { acme: { nmae: a } }",
      "2:17 orgs.acme.nmae: there is no such key; did you mean name?",
    ],
    [
      "orgs: { acme: { defaults: { contry: a } } }",
      "2:29 orgs.acme.defaults.contry: there is no such key; did you mean country?",
    ],
    ["'1': x", "2:1 1: there is no such key"],
    ["1: x", "2:1 1: there is no such key"],
    ["constructor: x", "2:1 constructor: there is no such key"],
    ["__proto__: { version: 1 }", "2:1 __proto__: cannot be a key"],
    ["orgs: { __proto__: { name: a } }", "2:9 orgs.__proto__: cannot be a key"],
    ["orgs: { acme: { __proto__: { name: a } } }", "2:17 orgs.acme.__proto__: cannot be a key"],
    ["version: 1", "2:1 version: stands here twice"],
    ["orgs: { a: { }, a: { } }", "2:17 orgs.a: stands here twice"],
    ["<<: 5", "2:1 `<<` must name another mapping, such as *other"],
    [
      "orgs: { Acme Inc.: {} }",
      "2:9 orgs.Acme Inc.: a name starts with a letter and has only a-z, 0-9, - and _, at most 63 of them; try acme-inc",
    ],
    [
      "orgs: { Müller: {} }",
      "2:9 orgs.Müller: a name starts with a letter and has only a-z, 0-9, - and _, at most 63 of them; try muller",
    ],
    [
      "orgs: { 株式会社: {} }",
      "2:9 orgs.株式会社: a name starts with a letter and has only a-z, 0-9, - and _, at most 63 of them",
    ],
    [
      "orgs: { 2024: {} }",
      "2:9 orgs.2024: a name starts with a letter and has only a-z, 0-9, - and _, at most 63 of them",
    ],
  ])("%s", (line, problem) => {
    const problems = problemsOf(`version: 1\n${line}\n`);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  test("of a connection and below are known by their place as well", () => {
    const text = connectionFile(
      "sieve: { group: Clients }",
      "conflct: manual",
      "conflict: { default: manual, feilds: {} }",
      "create: { her: true }",
      "endpoints: { apis: 'https://a' }",
      "direction: { fields: { phon: pull, shoe_size: push, custom.shoe: push } }",
    );
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^7:9 .*\.sieve: there is no such key; known here are provider, /),
      expect.stringMatching(/^8:9 .*\.conflct: .*did you mean conflict\?$/),
      expect.stringMatching(/^9:38 .*\.conflict\.feilds: .*did you mean fields\?$/),
      expect.stringMatching(/^10:19 .*\.create\.her: .*did you mean here\?$/),
      expect.stringMatching(/^11:22 .*\.endpoints\.apis: .*did you mean api\?$/),
      expect.stringMatching(
        /^12:32 .*\.fields\.phon: clients have no such field; did you mean phone\?/,
      ),
      expect.stringMatching(
        /^12:44 .*\.fields\.shoe_size: clients have no such field; fields are email, /,
      ),
    ]);
  });
});

describe("values", () => {
  test.each([
    ["version: 2", "1:10 version: must be 1"],
    ["storage: sqlite:a.db", "1:1 version: is missing; it must be 1"],
    ["", "1:1 version: is missing; it must be 1"],
    ["version: 1\nstorage: 5", "2:10 storage: must be text; put it in quotes"],
    ["version: 1\nstorage: [a]", "2:10 storage: must be text"],
    [
      "version: 1\nstorage: app.db",
      "2:10 storage: names no kind of database; write sqlite:<path> or postgres:",
    ],
    ["version: 1\nstorage: mysql://u:pw@h/d", "2:10 storage: cannot be mysql"],
    [
      "version: 1\nstorage: 'sqlite::memory:'",
      "2:10 storage: a database in memory would forget everything",
    ],
    ["version: 1\nstorage: 'sqlite:'", "2:10 storage: sqlite: needs the path of a file"],
    ["version: 1\nstorage: sqlite://host/a.db", "2:10 storage: sqlite://<host> means nothing"],
    ["version: 1\nstorage: sqlite:~/a.db", "2:10 storage: ~ is not expanded"],
    ["version: 1\nstorage: 'postgres://a:pw@:x'", "2:10 storage: is not a URL that can be read"],
    ["version: 1\nsync: manual", "2:7 sync: must be a mapping"],
    [
      "version: 1\nsync: { conflict: manul }",
      "2:19 sync.conflict: must be one of astralis-wins, external-wins, last-write-wins, manual; did you mean manual?",
    ],
    [
      "version: 1\nsync: { batch_size: 0 }",
      "2:21 sync.batch_size: must be a whole number from 1 to 500",
    ],
    [
      "version: 1\nsync: { batch_size: .inf }",
      "2:21 sync.batch_size: must be a whole number from 1 to 500",
    ],
    [
      "version: 1\nsync: { max_retries: 1.5 }",
      "2:22 sync.max_retries: must be a whole number from 0 to 100",
    ],
    [
      "version: 1\nsync: { max_retries: '3' }",
      "2:22 sync.max_retries: must be a whole number from 0 to 100",
    ],
    [
      "version: 1\nsync: { schedule: hourly }",
      "2:19 sync.schedule: must be a cron expression of five fields",
    ],
    [
      "version: 1\nsync: { schedule: '61 * * * *' }",
      '2:19 sync.schedule: must be a cron expression, such as "*/5 * * * *" (every five minutes); its minute is not one from 0 to 59',
    ],
    [
      "version: 1\nsafety: { max_deletes: 0% }",
      "2:24 safety.max_deletes: must be a percentage above 0% and up to 100%",
    ],
    [
      "version: 1\nsafety: { max_deletes: 0.2 }",
      "2:24 safety.max_deletes: must be text; put it in quotes",
    ],
    [
      "version: 1\napps: { google: { client_secret: a } }",
      "2:9 apps.google.client_id: is missing; an application needs its client_id",
    ],
    [
      "version: 1\napps: { google: { client_id: 123 } }",
      "2:30 apps.google.client_id: must be text; put it in quotes",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_port: 70000 } }",
      "2:48 apps.google.redirect_port: must be a whole number from 1 to 65535",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: acme.example } }",
      "2:47 apps.google.redirect_uri: must be a URL",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: 'http://acme.example/' } }",
      "2:47 apps.google.redirect_uri: must be https",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: 'http://localhost:1/' } }",
      "2:47 apps.google.redirect_uri: must be https; for a redirect to this machine leave it out, or set redirect_port",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: 'https://acme.example/#x' } }",
      "2:47 apps.google.redirect_uri: must not contain a #fragment",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: 'https://acme.example/?' } }",
      "2:47 apps.google.redirect_uri: must not contain a ?query",
    ],
    [
      "version: 1\napps: { google: { client_id: a, redirect_uri: 'https://a:b@acme.example' } }",
      "2:47 apps.google.redirect_uri: must not contain credentials",
    ],
    [
      "version: 1\napps: { google: { client_id: a, environment: ' ' } }",
      "2:46 apps.google.environment: must not be empty",
    ],
    ["version: 1\norgs: [acme]", "2:7 orgs: must be a mapping"],
    [
      "version: 1\norgs: { acme: { match: email } }",
      "2:24 orgs.acme.match: must be a list of email, phone",
    ],
    ["version: 1\norgs: { acme: { match: [] } }", "2:24 orgs.acme.match: must not be empty"],
    [
      "version: 1\norgs: { acme: { match: [email, email] } }",
      "2:24 orgs.acme.match: must not name one twice",
    ],
    [
      "version: 1\norgs: { acme: { match: [email, fon] } }",
      "2:32 orgs.acme.match[1]: must be one of email, phone",
    ],
    ["version: 1\norgs: { acme: { name: ' ' } }", "2:23 orgs.acme.name: must not be empty"],
    [
      "version: 1\norgs: { acme: { defaults: { country: Germany } } }",
      "2:38 orgs.acme.defaults.country: must be a country's code of two letters",
    ],
    [
      "version: 1\norgs: { acme: { connections: { a: } } }",
      "2:32 orgs.acme.connections.a.provider: is missing",
    ],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ["enabled: yes", "enabled: must be true or false"],
    [
      "collections: [clients, contacts]",
      "collections[1]: must be one of clients, events, activities",
    ],
    [
      "direction: pul",
      "direction: must be one of both, pull, push, or a mapping; did you mean pull?",
    ],
    ["direction: [pull]", "direction: must be one of both, pull, push, or a mapping"],
    [
      "direction: { default: pul }",
      "direction.default: must be one of both, pull, push; did you mean pull?",
    ],
    ["deletes: delete", "deletes: must be one of unlink, propagate, ignore"],
    ["create: { here: 1 }", "create.here: must be true or false"],
    [
      "{ direction: pull, create: { there: true } }",
      "create.there: cannot be true under direction pull",
    ],
    [
      "{ direction: { default: push }, create: { here: true } }",
      "create.here: cannot be true under direction push",
    ],
    ["endpoints: { api: api.stripe.com }", "endpoints.api: must be a URL"],
    [
      "endpoints: { api: 'http://api.stripe.com' }",
      "endpoints.api: must be https: plain http would show credentials",
    ],
    ["endpoints: { api: 'http://127.0.0.1.example.com' }", "endpoints.api: must be https"],
    ["endpoints: { api: 'ftp://127.0.0.1' }", "endpoints.api: must be an https URL"],
    ["endpoints: { api: 'https://a/v1' }", "endpoints.api: must be an origin"],
    ["endpoints: { token: 'https://u:p@a/' }", "endpoints.token: must not contain credentials"],
    ["search_lag_seconds: -1", "search_lag_seconds: must be a whole number from 0 to 86400"],
  ])("of a connection: %s", (line, problem) => {
    const written = line.startsWith("{") ? `<<: ${line}` : line;
    expect(problemsOf(connectionFile(written))).toEqual([
      expect.stringContaining(`orgs.acme.connections.billing.${problem}`),
    ]);
  });

  test("that came out of a variable are never repeated", () => {
    const text = connectionFile(
      "deletes: ${SECRET}",
      "direction: ${SECRET}",
      "schedule: ${SECRET}",
    );
    const problems = problemsOf(`${text}storage: \${SECRET}\n`, { SECRET: "propagat-hunter2" });
    expect(problems).toHaveLength(4);
    expect(problems.join()).not.toContain("hunter2");
    expect(problems.join()).not.toContain("did you mean");
  });
});

describe("all problems", () => {
  test("are counted in the error's message, which holds nothing of the file", () => {
    expect(() => configOf("version: 3\nstorrage: x\nsync: { batch_size: no }\n")).toThrow(
      /^\/home\/ada\/astralis\.config\.yaml has 3 problems$/,
    );
  });

  test("of schema, rules and variables come together", () => {
    const problems = problemsOf(
      connectionFile("direction: pull", "create: { there: true }", "deletes: ${D}", "zzz: 1"),
    );
    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["8", "9", "10"]);
  });

  test("end at a hundred, however many there are", () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `key${index}: 1`).join("\n");
    expect(problemsOf(keys)).toHaveLength(100);
  });
});

describe("files made to harm", () => {
  test("of any text read as a configuration or as problems with places in it", async () => {
    const example = await readFile(exampleFile, "utf8");
    const pieces = [
      ...example.split(/(?<=[\s:{}[\],"])/),
      "&a ",
      "*a",
      "<<: ",
      "__proto__: ",
      "? ",
      "\t",
    ];
    const piece = fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6, unit: "binary" }));
    const edit = fc.tuple(fc.nat(example.length), fc.nat(40), fc.array(piece, { maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const edited = edits.reduce(
          (whole, [at, cut, put]) => whole.slice(0, at) + put.join("") + whole.slice(at + cut),
          example,
        );
        // Files with control characters are refused before anything else reads them.
        const text = edited.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
        const lines = text.split(/\r\n|\n/);
        for (const problem of placesOf(text)) {
          expect(problem.line).toBeLessThanOrEqual(lines.length);
          expect(problem.column).toBeLessThanOrEqual((lines[problem.line - 1] ?? "").length + 2);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: Number(process.env.ASTRALIS_FUZZ_RUNS ?? 150) },
    );
  });

  test("aliases that multiply stop at a limit", () => {
    const levels = "abcdefghij".split("");
    const lines = levels.map((name, index) => {
      const alias = index === 0 ? "x" : `*${levels[index - 1]}`;
      return `${name}: &${name} [${Array(10).fill(alias).join(", ")}]`;
    });
    expect(problemsOf(lines.join("\n")).join()).toContain("more than 50000 values");
  });

  test("a value of very many variables is read", () => {
    const text = `version: 1\norgs: { acme: { name: "${"${A}".repeat(150_000)}" } }\n`;
    expect(configOf(text, { A: "x" }).orgs[0]?.title).toHaveLength(150_000);
  });

  test("merges that multiply stop at a limit", () => {
    const levels = "abcdefghij".split("");
    const lines = levels.map((name, index) => {
      const alias = `*${levels[index - 1]}`;
      return index === 0
        ? `${name}: &${name} { k: 1 }`
        : `${name}: &${name} { <<: [${Array(10).fill(alias).join(", ")}] }`;
    });
    expect(problemsOf(lines.join("\n")).join()).toContain("more than 50000 values");
  });

  test.each([
    ["a value that contains itself", "version: 1\norgs: &a { acme: *a }\n"],
    ["a merge of itself", "version: 1\norgs: &a { <<: [*a, *a] }\n"],
    ["brackets without end", `version: ${"[".repeat(30_000)}`],
    ["braces without end", `version: ${"{ a: ".repeat(8_000)}`],
    ["a staircase", Array.from({ length: 900 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ])("%s ends in a problem", (_what, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});

function placesOf(text: string): readonly ConfigProblem[] {
  try {
    configOf(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError && error.problems.length > 0) return error.problems;
    throw error;
  }
}
