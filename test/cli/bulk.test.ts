import {
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { astralis, newFolder, runInside, type Ended } from "../support/command-line.ts";

const folder = newFolder();
const cwd = folder.path;
const run = (...args: string[]): Promise<Ended> => runInside(args, { cwd });

const people = "E-mail;First Name;Last Name;Telephone\nana@x.de;Ana;Duarte;+351 21\nbad;B;;\n";

beforeAll(() => {
  const config = "version: 1\nstorage: sqlite:a.db\norgs:\n  acme:\n    connections: {}\n";
  writeFileSync(join(cwd, "astralis.config.yaml"), config);
  writeFileSync(join(cwd, "people.csv"), people);
});
afterAll(() => folder.remove());

describe("clients import", () => {
  it("reports as a dry run, then takes stdin in a process of its own, then changes nothing", async () => {
    const dry = await run("clients", "import", "people.csv", "--dry-run");
    expect(dry.code).toBe(3);
    expect(dry.stdout).toContain("2 rows: 1 added, 0 updated, 0 unchanged, 1 refused.");
    expect(dry.stdout).toContain("nothing was written");
    expect(dry.stdout).toMatch(/^3 +"bad" is not an e-mail address$/m);
    const none = await run("clients", "list", "--json");
    expect(none.json()).toEqual({ clients: [] });
    const taken = await astralis(["clients", "import", "-", "--json"], { cwd, stdin: people });
    expect(taken).toMatchObject({ code: 3, stderr: "" });
    expect(taken.json()).toEqual({
      org: "acme",
      dry_run: false,
      rows: 2,
      added: 1,
      updated: 0,
      unchanged: 0,
      refused: [{ line: 3, reason: '"bad" is not an e-mail address' }],
      columns: {
        "E-mail": "email",
        "First Name": "first_name",
        "Last Name": "last_name",
        Telephone: "phone",
      },
      ignored: [],
    });
    const again = await run("clients", "import", "people.csv", "--json", "--map", "telephone=");
    expect(again.json()).toMatchObject({ added: 0, updated: 0, unchanged: 1 });
  });

  it("takes the column mapping and the encoding that it is given", async () => {
    const bytes = Buffer.concat([
      Buffer.from("Kontakt,VAT,Stadt,Extra\nzoe@x.de,PT1,K"),
      Buffer.from([0xf6]),
      Buffer.from("ln,?\n"),
    ]);
    writeFileSync(join(cwd, "latin.csv"), bytes);
    const maps = ["Kontakt=email", "VAT=custom.vat", "Stadt=city"].flatMap((map) => ["--map", map]);
    const wrong = await run("clients", "import", "latin.csv", ...maps);
    expect(wrong.code).toBe(3);
    expect(wrong.stdout).toContain('"Stadt" holds bytes that are not UTF-8');
    expect(wrong.stdout).toContain("--encoding windows-1252");
    const told = ["--encoding", "windows-1252", "--json"];
    const right = await run("clients", "import", "latin.csv", ...maps, ...told);
    expect(right).toMatchObject({ code: 0 });
    expect(right.json()).toMatchObject({ added: 1, ignored: ["Extra"] });
    const shown = await run("clients", "show", "zoe@x.de", "--json");
    expect(shown.json()).toMatchObject({
      clients: [{ custom: { vat: "PT1" }, address: { city: "Köln" } }],
    });
  });

  it.each([
    [["nowhere.csv"], "file-unreadable"],
    [["."], "file-unreadable"],
    [["people.csv", "--map", "Shoe=email"], "usage"],
    [["people.csv", "--encoding", "klingon"], "usage"],
    [["astralis.config.yaml"], "usage"],
  ])("ends with 2 for %s", async (args, code) => {
    const ended = await run("clients", "import", ...args, "--json");
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ error: { code } });
  });
});

describe("clients export", () => {
  it("writes a file for its owner alone, whole or not at all", async () => {
    writeFileSync(join(cwd, "out.csv"), "before", { mode: 0o644 });
    symlinkSync("out.csv", join(cwd, "link.csv"));
    const ended = await run("clients", "export", "--output", "link.csv", "--json");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.json()).toEqual({
      org: "acme",
      format: "csv",
      file: join(cwd, "link.csv"),
      clients: 2,
      missed: [],
    });
    const text = readFileSync(join(cwd, "out.csv"), "utf8");
    expect(text.split("\r\n")).toHaveLength(4);
    expect(text).toContain(",'+351 21,");
    expect(statSync(join(cwd, "out.csv")).mode & 0o777).toBe(0o600);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const back = await run("clients", "import", "out.csv", "--json");
    expect(back.json()).toMatchObject({ rows: 2, unchanged: 2, refused: [] });
  });

  it("writes to stdout alone, in every format", async () => {
    const jsonl = await run("clients", "export", "--format", "jsonl");
    expect(jsonl.stdout.trimEnd().split("\n").map(emailOf)).toEqual(["ana@x.de", "zoe@x.de"]);
    const cards = await run("clients", "export", "--format", "vcard", "--filter", "ana");
    expect(cards).toMatchObject({ code: 0, stderr: "" });
    expect(cards.stdout.match(/^BEGIN:VCARD\r$/gm)).toHaveLength(1);
    expect(cards.stdout).toContain("FN:Ana Duarte\r\n");
  });

  it.each([
    [["--json"], "usage"],
    [["--format", "xlsx"], "usage"],
    [["--output", "."], "file-unwritable"],
    [["--output", "no/where.csv"], "file-unwritable"],
  ])("ends with 2 for %s", async (args, code) => {
    const ended = await run("clients", "export", ...args, "--json");
    expect(ended.code).toBe(2);
    expect(ended.json()).toMatchObject({ error: { code } });
    expect(existsSync(join(cwd, "no"))).toBe(false);
  });
});

describe("clients duplicates", () => {
  it("lists them with the reason", async () => {
    await run("clients", "import", "people.csv");
    await run("clients", "add", "--email", "ana@y.de", "--name", "Duarte, Ana");
    const found = await run("clients", "duplicates", "--json");
    expect(found.json()).toEqual({
      duplicates: [
        {
          reason: "same-name-and-mailbox",
          count: 2,
          clients: [
            expect.objectContaining({ email: "ana@x.de" }),
            expect.objectContaining({ email: "ana@y.de" }),
          ],
        },
      ],
    });
    const shown = await run("clients", "duplicates");
    expect(shown.stdout).toMatch(/but for its domain:\n {2}ana@x\.de · Ana Duarte/);
  });
});

function emailOf(line: string): unknown {
  const document: { email?: unknown } = JSON.parse(line);
  return document.email;
}
