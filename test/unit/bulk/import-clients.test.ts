import { Readable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { exportClients } from "../../../src/bulk/export-clients.ts";
import type { ExportFormat } from "../../../src/bulk/export-clients.ts";
import { importClients } from "../../../src/bulk/import-clients.ts";
import type { ImportDocument, ImportOptions } from "../../../src/bulk/import-clients.ts";
import { planColumns } from "../../../src/bulk/columns.ts";
import { parseRow } from "../../../src/bulk/row-edit.ts";
import { createTaker } from "../../../src/bulk/take-rows.ts";
import type { Refusal, Tally } from "../../../src/bulk/take-rows.ts";
import { readCsv } from "../../../src/bulk/read-csv.ts";
import type { OrgConfig } from "../../../src/config/config.ts";
import { must } from "../../../src/lib/assert.ts";
import { findClient, listClients } from "../../../src/queries/clients.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World } from "../../support/world.ts";

const rowsOf = (text: string) => readCsv(Readable.from([Buffer.from(text)]));

const scripts = [
  "Ana Duarte",
  "Zoë Ångström-O'Neil",
  "山田 太郎",
  "Мария Йовкова",
  "محمد العربي",
  "अनुष्का शर्मा",
  "Αγγελική Παπαδάκης",
  "👩‍👩‍👧 Family \ufffd",
  '="cmd"; , \'\t"',
  "'=already",
  "-dash",
  "@at \\ back",
];

describe.each(eachDatabase)("clients in bulk, on $name", (database) => {
  async function open(): Promise<World> {
    const world = await openWorld(database);
    onTestFinished(() => world.close());
    return world;
  }

  const take = (world: World, text: string, options: ImportOptions = {}, org?: OrgConfig) =>
    importClients(
      { store: world.store, engine: world.engine, org: org ?? world.org },
      rowsOf(text),
      options,
    );

  const all = async (world: World) => {
    const { clients } = await listClients(world.store, world.org.name, { page: { limit: 1000 } });
    return clients;
  };

  async function exported(world: World, format: ExportFormat): Promise<string> {
    let text = "";
    const from = { store: world.store, orgName: world.org.name };
    await exportClients(from, format, async (part) => {
      text += part;
    });
    return text;
  }

  const counts = ({ rows, added, updated, unchanged, refused }: ImportDocument) => [
    rows,
    added,
    updated,
    unchanged,
    refused.length,
  ];

  it("adds, updates and leaves alone, and changes nothing when it is repeated", async () => {
    const world = await open();
    await world.engine.addClient(world.org, {
      fields: { email: "ana@x.de", name: "Ana", phone: "1234567", tags: ["old"] },
    });
    const text = "email,name,phone,tags\nANA@x.de,Ana D,,new\nbo@x.de,Bo,,\n";
    expect(counts(await take(world, text))).toEqual([2, 1, 1, 0, 0]);
    expect(await all(world)).toMatchObject([
      { email: "ana@x.de", name: "Ana D", phone: "1234567", tags: ["new"] },
      { email: "bo@x.de", name: "Bo", phone: null },
    ]);
    const before = await all(world);
    world.clock.advance(1000);
    expect(counts(await take(world, text))).toEqual([2, 0, 0, 2, 0]);
    expect(await all(world)).toEqual(before);
  });

  it("owes what it took to the connections, as any edit is", async () => {
    const world = await open();
    await world.sync();
    await take(world, "email,name\nana@x.de,Ana\n");
    await world.sync();
    expect(await world.stripe.list()).toMatchObject([{ email: "ana@x.de", name: "Ana" }]);
  });

  it("refuses bad rows with their line and goes on", async () => {
    const world = await open();
    await world.engine.addClient(world.org, { fields: { email: "known@x.de" } });
    const text = [
      "id,email,name,notes",
      ",nobody,A,",
      `,long@x.de,${"x".repeat(70_000)},`,
      ",,Nameless,",
      ',multi@x.de,M,"a\nb"',
      ",MULTI@x.de,Again,",
      ",short@x.de",
      ",last@x.de,Last,",
    ].join("\r\n");
    const document = await take(world, text);
    expect(counts(document)).toEqual([7, 2, 0, 0, 5]);
    expect(document.refused).toEqual([
      { line: 2, reason: '"nobody" is not an e-mail address' },
      { line: 3, reason: "the name is longer than 65536 characters" },
      { line: 4, reason: "it has no e-mail address that tells whose it is" },
      { line: 7, reason: "the e-mail is the same as on line 5" },
      { line: 8, reason: "it has 2 cells, the header has 4" },
    ]);
    expect(counts(await take(world, text))).toEqual([7, 0, 0, 2, 5]);
  });

  it("follows an id to change an address, but not onto another client's", async () => {
    const world = await open();
    const ana = await world.engine.addClient(world.org, { fields: { email: "ana@x.de" } });
    await world.engine.addClient(world.org, { fields: { email: "bo@x.de" } });
    const moved = await take(world, `id,email\n${ana.id},ana@y.de\n,ana@y.de\n`);
    expect(counts(moved)).toEqual([2, 0, 1, 0, 1]);
    const taken = await take(world, `id,email\n${ana.id},bo@x.de\nstrange,new@x.de\n`);
    expect(taken.refused).toEqual([{ line: 2, reason: expect.stringContaining("belongs to") }]);
    expect((await all(world)).map(({ email }) => email)).toEqual([
      "ana@y.de",
      "bo@x.de",
      "new@x.de",
    ]);
  });

  it("finds a client by any of its addresses and leaves its own one", async () => {
    const world = await open();
    const ana = await world.engine.addClient(world.org, { fields: { email: "ana@x.de" } });
    await world.store.work.commit(null, async () => ({
      writes: {
        identities: {
          insert: [{ orgId: world.orgId, kind: "email", value: "ana@y.de", clientId: ana.id }],
        },
      },
      result: null,
    }));
    const document = await take(world, "email,name\nana@y.de,Ana\nana@x.de,Other\n");
    expect(document.refused).toEqual([{ line: 3, reason: "line 2 is about the same client" }]);
    expect(await all(world)).toMatchObject([{ email: "ana@x.de", name: "Ana" }]);
  });

  it("goes by the phone where the organization matches by it, and asks where two share one", async () => {
    const world = await open();
    const org = { ...world.org, match: ["email", "phone"] as const };
    await world.engine.addClient(org, { fields: { phone: "+49 30 1111", name: "Old" } });
    await world.engine.addClient(org, { fields: { phone: "+49 30 2222", email: "b@x.de" } });
    const text = [
      "email,phone,name",
      ",+49301111,New",
      "c@x.de,+49 30 2222,C",
      "d@x.de,+49 30 3333,D",
      "e@x.de,+49 30 3333,E",
      ",+49 30 3333,F",
      "12301111@x.de,,G",
    ].join("\n");
    const document = await take(world, text, {}, org);
    expect(document.refused.map(({ line }) => line)).toEqual([3, 5, 6]);
    expect(counts(document)).toEqual([6, 2, 1, 0, 3]);
    expect(counts(await take(world, text, {}, org))).toEqual([6, 0, 0, 3, 3]);
  });

  it("writes nothing in a rehearsal, and reports the same", async () => {
    const world = await open();
    await world.engine.addClient(world.org, { fields: { email: "ana@x.de" } });
    const text = "email,name\nana@x.de,Ana\nbo@x.de,Bo\nbad,x\n";
    const before = await all(world);
    const dry = await world.engine.rehearse(world.org, ({ store, engine }) =>
      importClients({ store, engine, org: world.org }, rowsOf(text), { dryRun: true }),
    );
    expect(await all(world)).toEqual(before);
    expect({ ...dry, dry_run: false }).toEqual(await take(world, text));
    expect(dry).toMatchObject({ dry_run: true, added: 1, updated: 1, refused: [{ line: 4 }] });
  });

  it("tells when it was stopped, and keeps what it took", async () => {
    const world = await open();
    const stop = new AbortController();
    const rows = Array.from({ length: 150 }, (_none, place) => `p${place}@x.de`);
    const text = `email\n${rows.join("\n")}\n`;
    const onRows = () => stop.abort();
    await expect(take(world, text, { signal: stop.signal, onRows })).rejects.toMatchObject({
      code: "interrupted",
      message: expect.stringContaining("line 102"),
    });
    expect(counts(await take(world, text))).toEqual([150, 50, 0, 100, 0]);
    await expect(take(world, "")).rejects.toMatchObject({ code: "usage" });
  });

  it("does in batches what it does row by row", async () => {
    const rows = [
      ...Array.from({ length: 90 }, (_none, place) => `,q${place}@x.de,,N`),
      "ID,moved@x.de,,Moved",
      ",ana@x.de,,Anew",
      ",moved@x.de,,Twice",
      `,long@x.de,,${"x".repeat(70_000)}`,
      ",long@x.de,,Short",
      ",PHONE@x.de,,P",
      ",,+49 30 4444,Q",
      ",other@x.de,+49304444,R",
      ",second@x.de,+49 30 5555,S",
      ",,0049,T",
      ",,+49305555,U",
    ];
    const results = [];
    for (const together of [true, false]) {
      const world = await open();
      const ana = await world.engine.addClient(world.org, { fields: { email: "ana@x.de" } });
      const text = ["id,email,phone,name", ...rows].join("\n").replace("ID", ana.id);
      const [header, ...read] = await collected(rowsOf(text));
      const columns = planColumns(must(header, "the header").cells);
      const org = { ...world.org, match: ["email", "phone"] as const };
      const tally: Tally = { added: 0, updated: 0, unchanged: 0, refused: [] };
      const taker = createTaker({ store: world.store, engine: world.engine, org }, tally);
      const parsed = read.map((row) => ({ line: row.line, parsed: parseRow(row, columns) }));
      if (together) await taker.take(parsed);
      else for (const row of parsed) await taker.take([row]);
      const clients = (await all(world)).map(({ email, phone, name }) => [email, phone, name]);
      results.push({ tally: { ...tally, refused: tally.refused.toSorted(byLine) }, clients });
    }
    expect(results[0]?.tally).toMatchObject({ added: 95, updated: 1 });
    expect(results[0]?.tally.refused.map(({ line }) => line)).toEqual([94, 95, 99, 101, 102]);
    expect(results[1]).toEqual(results[0]);
  });

  it("brings a client back that was removed here", async () => {
    const world = await open();
    const ana = await world.engine.addClient(world.org, { fields: { email: "ana@x.de" } });
    await world.engine.removeClient(world.org, ana.id);
    expect(counts(await take(world, `id,email\n${ana.id},ana@x.de\n`))).toEqual([1, 1, 0, 0, 0]);
    expect(await findClient(world.store, world.org.name, "ana@x.de")).not.toBeNull();
  });

  it("gives back every exported client as it is, in any script", async () => {
    const world = await open();
    for (const [place, name] of scripts.entries())
      await world.engine.addClient(world.org, {
        fields: {
          email: `p${place}@x.de`,
          name,
          phone: `+49 30 ${1000 + place}`,
          notes: `${name}\n\n"${name}";\tend`,
          tags: [name, "a,b;c\\"],
          [`custom.${name}`]: name,
        },
        active: place % 2 === 0,
      });
    const before = await all(world);
    const text = await exported(world, "csv");
    for (const row of await collected(rowsOf(text)))
      for (const cell of row.cells) expect(cell).not.toMatch(/^[=+\-@\t]/);
    expect(counts(await take(world, text))).toEqual([scripts.length, 0, 0, scripts.length, 0]);
    expect(await all(world)).toEqual(before);
    const elsewhere = await openWorld(database);
    onTestFinished(() => elsewhere.close());
    expect(counts(await take(elsewhere, text))).toEqual([scripts.length, scripts.length, 0, 0, 0]);
    const said = (one: (typeof before)[number]) => ({
      ...one,
      id: "",
      created_at: "",
      updated_at: "",
    });
    expect((await all(elsewhere)).map(said)).toEqual(before.map(said));
    expect((await exported(world, "jsonl")).trimEnd().split("\n").map(parsed)).toEqual(before);
  });

  it("reads and writes page by page", async () => {
    const world = await open();
    const lines = Array.from({ length: 501 }, (_none, place) => `p${place}@x.de,${place}`);
    await take(world, `email,custom.n\n${lines.slice(0, 20).join("\n")}`);
    const [first] = await all(world);
    const like = must(await findClient(world.store, world.org.name, must(first, "one").id), "it");
    await world.store.work.commit(null, async () => ({
      writes: {
        clients: {
          insert: lines.slice(20).map((line, place) => {
            const [email = "", n = ""] = line.split(",");
            const id = `${like.client.id.slice(0, -4)}${String(5000 + place)}`;
            return { ...like.client, id, fields: { ...like.client.fields, email, "custom.n": n } };
          }),
        },
      },
      result: null,
    }));
    const parts: string[] = [];
    const pages: number[] = [];
    const from = { store: world.store, orgName: world.org.name };
    const ended = await exportClients(from, "csv", async (text) => void parts.push(text), {
      onPage: (count) => pages.push(count),
    });
    expect(ended).toEqual({ clients: 501, missed: [] });
    expect(pages).toEqual([500, 501]);
    expect(parts).toHaveLength(3);
    expect((await collected(rowsOf(parts.join("")))).length).toBe(502);
  });
});

function byLine(a: Refusal, b: Refusal): number {
  return a.line - b.line;
}

function parsed(line: string): unknown {
  return JSON.parse(line);
}

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
