import { describe, expect, it, onTestFinished } from "vitest";
import { likenessesOf } from "../../../src/model/likeness.ts";
import type { Client } from "../../../src/model/client.ts";
import type { Fields } from "../../../src/model/fields.ts";
import { alikeClients } from "../../../src/queries/alike.ts";
import { listDuplicates } from "../../../src/queries/duplicates.ts";
import type { DuplicateDocument } from "../../../src/queries/duplicates.ts";
import { must } from "../../../src/lib/assert.ts";
import { eachDatabase } from "../../support/databases.ts";
import { openWorld } from "../../support/world.ts";
import type { World } from "../../support/world.ts";

const keysOf = (fields: Fields) =>
  likenessesOf({ ...nobody, fields }).map(({ kind, key }) => `${kind} ${key}`);

const nobody: Client = {
  id: "c",
  orgId: "o",
  revision: 1,
  fields: {},
  fieldTimes: {},
  active: true,
  createdAt: "",
  updatedAt: "",
  removedAt: null,
};

describe("likenessesOf", () => {
  it.each<[string, Fields, Fields]>([
    ["a phone's spelling", { phone: "+351 (21) 000-111" }, { phone: "00351 21000111" }],
    [
      "case, accents, order and signs of a name",
      { name: "DUARTE, Zoë", company: "Acme  Lda." },
      { name: "zoe duarte", company: "ACME, lda" },
    ],
    [
      "an address's domain",
      { name: "Ana Duarte", email: "ana@x.de" },
      { name: "Ana Duarte", email: "ana@y.pt" },
    ],
  ])("does not look at %s", (_what, one, other) => {
    expect(keysOf(one)).toHaveLength(1);
    expect(keysOf(one)).toEqual(keysOf(other));
  });

  it.each<[string, Fields, Fields]>([
    ["another name", { name: "Ana", company: "A" }, { name: "Anna", company: "A" }],
    ["another company", { name: "Ana", company: "A" }, { name: "Ana", company: "B" }],
    ["marks that are letters", { name: "कि", company: "A" }, { name: "की", company: "A" }],
    ["another phone", { phone: "1234567" }, { phone: "1234568" }],
  ])("tells %s", (_what, one, other) => {
    expect(keysOf(one)).not.toEqual(keysOf(other));
  });

  it("says nothing by a name alone, nor by a phone that is too short", () => {
    expect(keysOf({ name: "Ana" })).toEqual([]);
    expect(keysOf({ phone: "123", email: "ana@x.de", company: "A" })).toEqual([]);
  });
});

describe.each(eachDatabase)("listDuplicates, on $name", (database) => {
  async function open(): Promise<World> {
    const world = await openWorld(database);
    onTestFinished(() => world.close());
    return world;
  }

  async function everyPage(world: World, limit: number): Promise<readonly DuplicateDocument[]> {
    const found: DuplicateDocument[] = [];
    let after: string | undefined;
    do {
      const page = { limit, ...(after === undefined ? {} : { after }) };
      const document = await listDuplicates(world.store, world.org.name, page);
      expect(document.duplicates.length).toBeLessThanOrEqual(limit);
      found.push(...document.duplicates);
      after = document.next;
    } while (after !== undefined);
    return found;
  }

  const texts = (found: readonly DuplicateDocument[]) =>
    found.map(
      ({ reason, clients }) => `${reason}: ${clients.map(({ email }) => String(email)).join(" ")}`,
    );

  it("finds each likeness once, whatever the page, and merges nothing", async () => {
    const world = await open();
    const people = [
      ["a@x.de", "Ana", "Acme", "1234567"],
      ["b@x.de", "Bo", "Acme", "123 4567"],
      ["c@x.de", "Cy", "Beta", null],
      ["c@y.de", "CY", "beta", null],
      ["d@x.de", "Di", "Dos", "7654321"],
      ["gone@x.de", "Di", "Dos", "7654321"],
    ] as const;
    for (const [email, name, company, phone] of people)
      await world.engine.addClient(world.org, { fields: { email, name, company, phone } });
    const [gone] = (await world.store.reads.clients(world.orgId, { text: "gone" }, { limit: 1 }))
      .items;
    await world.engine.removeClient(world.org, must(gone, "one").id);
    const expected = [
      "same-name-and-company: c@x.de c@y.de",
      "same-name-and-mailbox: c@x.de c@y.de",
      "same-phone: a@x.de b@x.de",
    ];
    for (const limit of [1, 2, 3, 50])
      expect(texts(await everyPage(world, limit)).toSorted()).toEqual(expected);
    expect((await world.store.reads.clients(world.orgId, {}, { limit: 9 })).items).toHaveLength(5);
  });

  it("finds all of them when it can hold a few numbers alone", async () => {
    const world = await open();
    const fields = Array.from({ length: 40 }, (_none, place) => ({
      email: `p${place}@x.de`,
      phone: place < 10 ? "99 99 99 99" : `55500${Math.floor(place / 2)}`,
    }));
    for (const given of fields) await world.engine.addClient(world.org, { fields: given });
    const all = await alikeClients(world.store, world.orgId, { after: -1, limit: 100 });
    expect(all.groups).toHaveLength(16);
    expect(all.groups.map(({ count }) => count).toSorted((a, b) => b - a)).toEqual([
      10,
      ...Array.from({ length: 15 }, () => 2),
    ]);
    for (const held of [4, 5, 7, 16]) {
      const options = { after: -1, limit: 100, held };
      expect(await alikeClients(world.store, world.orgId, options)).toEqual(all);
    }
  });

  it("shows the records that a connection has twice, before all else", async () => {
    const world = await open();
    await world.stripe.add({ email: "twice@x.de", phone: "1234567" });
    await world.stripe.add({ email: "twice@x.de", phone: "1234567" });
    await world.stripe.add({ email: "twice@x.de", phone: "1234567" });
    await world.sync();
    await world.engine.addClient(world.org, { fields: { email: "o@x.de", phone: "1234567" } });
    const found = await everyPage(world, 1);
    expect(texts(found)).toEqual([
      "duplicate-record: twice@x.de",
      "duplicate-record: twice@x.de",
      "same-phone: twice@x.de o@x.de",
    ]);
    expect(found[0]).toMatchObject({
      connection: "billing",
      external_id: expect.stringMatching(/^cus_/),
      count: 1,
    });
    expect(texts(await everyPage(world, 2))).toEqual(texts(found));
    expect(texts(await everyPage(world, 50))).toEqual(texts(found));
  });

  it("is empty elsewhere, and refuses a place that is none", async () => {
    const world = await open();
    expect(await listDuplicates(world.store, "elsewhere", { limit: 5 })).toEqual({
      duplicates: [],
    });
    await expect(
      listDuplicates(world.store, world.org.name, { limit: 5, after: "x" }),
    ).rejects.toMatchObject({ code: "usage" });
  });
});
