import { expect, test } from "vitest";
import type { PageOf } from "../../../src/store/ports.ts";
import type { TestDatabase } from "../../support/databases.ts";
import { createStepDeps, createStoreWorld } from "../../support/store-world.ts";

export function testReads(database: TestDatabase): void {
  const setUp = async () => {
    const deps = createStepDeps();
    return await createStoreWorld(await database.open(deps), deps);
  };

  test("clients come in stretches by id, each once, and the last stretch says so", async () => {
    const { store, org, commit, client } = await setUp();
    const people = Array.from({ length: 7 }, () => client());
    await commit({ clients: { insert: people } });
    const seen = [];
    let after: string | undefined;
    do {
      const page = await store.reads.clients(
        org.id,
        {},
        after === undefined ? { limit: 3 } : { limit: 3, after },
      );
      seen.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(people);
    const whole = await store.reads.clients(org.id, {}, { limit: 7 });
    expect(whole.next).toBeNull();
  });

  test("removed clients are shown only where asked for", async () => {
    const { store, org, at, commit, client } = await setUp();
    const here = client();
    const gone = client({}, { removedAt: at() });
    await commit({ clients: { insert: [here, gone] } });
    const page = { limit: 9 };
    expect((await store.reads.clients(org.id, {}, page)).items).toEqual([here]);
    expect((await store.reads.clients(org.id, { removed: false }, page)).items).toEqual([here]);
    expect((await store.reads.clients(org.id, { removed: true }, page)).items).toEqual([gone]);
    await store.work.read(async (reader) => {
      expect(await reader.clientsAfter(org.id, null, 9)).toEqual([here]);
      expect(await reader.clientsAfter(org.id, null, 9, { removed: true })).toEqual([here, gone]);
      expect(await reader.clientsAfter(org.id, here.id, 9, { removed: true })).toEqual([gone]);
    });
  });

  test("text is found in any field, whatever its case and script", async () => {
    const { store, org, commit, client, mapping } = await setUp();
    const ada = client({
      name: "ÉLODIE Straße",
      email: "elodie@example.com",
      phone: "+49 30 123",
      company: "Ωμέγα ΟΔΟΣ",
      city: "Łódź",
      notes: "100% of\nC:\\path_name",
      tags: ["VIP", "Größe"],
      "custom.vat": "АБВ-123 🦊",
    });
    const eva = client({ name: "Eva" });
    const linked = mapping(ada.id, { externalId: "cus_QxY9" });
    await commit({
      clients: { insert: [ada, eva] },
      identities: {
        insert: [
          { orgId: org.id, kind: "email", value: "second@пример.рф", clientId: ada.id },
          { orgId: org.id, kind: "phone", value: "+4930123", clientId: ada.id },
        ],
      },
      mappings: { insert: [linked] },
    });
    const find = async (text: string) =>
      (await store.reads.clients(org.id, { text }, { limit: 9 })).items.map(({ id }) => id);
    const texts = [
      "élodie",
      "STRASSE",
      "ELODIE@EXAMPLE",
      "ωμέγα οδος",
      "ΟΔΟΣ",
      "ŁÓDŹ",
      "100% OF",
      "c:\\path_name",
      "vip",
      "GRÖSSE",
      "абв-123",
      "🦊",
      "SECOND@ПРИМЕР",
      "+4930123",
      "cus_qxy9",
      ada.id,
      "  élodie ",
    ];
    const found = await Promise.all(texts.map(async (text) => [text, await find(text)]));
    expect(found).toEqual(texts.map((text) => [text, [ada.id]]));
    // No character is a wildcard.
    for (const text of ["%", "_", "\\"]) expect(await find(text)).toEqual([ada.id]);
    for (const text of ["10%f", "path%name", "pathXname", "*", "'"])
      expect(await find(text)).toEqual([]);
    expect(await find("")).toEqual([ada.id, eva.id]);
    expect(await find("   ")).toEqual([ada.id, eva.id]);
    expect(await find("nobody")).toEqual([]);
  });

  test("a changed client is found by what it is now", async () => {
    const { store, org, commit, client } = await setUp();
    const person = client({ name: "Before" });
    await commit({ clients: { insert: [person] } });
    await commit({
      clients: { update: [{ ...person, fields: { ...person.fields, name: "After" } }] },
    });
    const find = async (text: string) =>
      (await store.reads.clients(org.id, { text }, { limit: 9 })).items.length;
    expect(await find("before")).toBe(0);
    expect(await find("after")).toBe(1);
  });

  test("a client is found by its id or by any of its identities", async () => {
    const { store, org, commit, client } = await setUp();
    const person = client({ email: "a@example.com" });
    const identity = (kind: "email" | "phone", value: string) => ({
      orgId: org.id,
      kind,
      value,
      clientId: person.id,
    });
    await commit({
      clients: { insert: [person, client()] },
      identities: {
        insert: [
          identity("email", "a@example.com"),
          identity("email", "b@example.com"),
          identity("phone", "+4930123456"),
        ],
      },
    });
    for (const key of [person.id, "a@example.com", " B@Example.COM ", "+49 30 123456"])
      expect(await store.reads.client(org.id, key)).toEqual(person);
    for (const key of ["c@example.com", "", "+49", "%"])
      expect(await store.reads.client(org.id, key)).toBeNull();
  });

  test("what waits for a person is listed in stretches", async () => {
    const { store, org, commit, client, mapping, conflict, parked } = await setUp();
    const people = [client(), client(), client()];
    const missing = people.map(({ id }) => mapping(id, { state: "missing" }));
    const linked = client();
    const conflicts = missing.map((of) => conflict(of));
    const set = [parked(), parked(), parked()];
    await commit({
      clients: { insert: [...people, linked] },
      mappings: { insert: [...missing, mapping(linked.id)] },
      conflicts: { put: conflicts },
      parked: { put: set },
    });
    const { reads } = store;
    const lists = [
      [(page: PageOf) => reads.missing(org.id, page), missing],
      [(page: PageOf) => reads.conflicts(org.id, page), conflicts],
      [(page: PageOf) => reads.parked(org.id, page), set],
    ] as const;
    for (const [read, all] of lists) {
      const first = await read({ limit: 2 });
      expect(first.items).toEqual(all.slice(0, 2));
      expect(await read({ limit: 2, after: first.next ?? "" })).toEqual({
        items: all.slice(2),
        next: null,
      });
    }
    expect(await reads.mappingsOf(people.map(({ id }) => id))).toEqual(missing);
  });

  test("mappings in a state come in stretches", async () => {
    const { store, connection, commit, client, mapping } = await setUp();
    const people = Array.from({ length: 5 }, () => client());
    const mappings = people.map(({ id }) => mapping(id, { state: "duplicate" }));
    await commit({ clients: { insert: people }, mappings: { insert: mappings } });
    await store.work.read(async (reader) => {
      const inState = (limit: number, afterId?: string) =>
        reader.mappingsInState(connection.id, "clients", "duplicate", limit, afterId);
      expect(await inState(3)).toEqual(mappings.slice(0, 3));
      expect(await inState(3, mappings[2]?.id)).toEqual(mappings.slice(3));
      expect(await reader.mappingsInState(connection.id, "clients", "linked", 9)).toEqual([]);
    });
  });

  test("health counts each connection's evidence, zeros included", async () => {
    const { store, org, connection, connect, commit, clock, at, ...make } = await setUp();
    const { connection: idle } = await connect("idle");
    const people = [make.client(), make.client(), make.client()];
    const mappings = people.map(({ id }, i) =>
      make.mapping(id, { state: i === 0 ? "missing" : "linked" }),
    );
    const entries = mappings.map((mapping, i) => {
      clock.advance(1_000);
      return make.entry(mapping, { state: i === 1 ? "parked" : "due" });
    });
    await commit({
      clients: { insert: people },
      mappings: { insert: mappings },
      outbox: { insert: entries },
      conflicts: { put: mappings.slice(0, 2).map((mapping) => make.conflict(mapping)) },
      parked: { put: [make.parked()] },
    });
    const lastCompleteAt = at();
    await store.connections.setStatus(
      connection.id,
      { status: "idle", reason: null, lastError: null, lastCompleteAt },
      at(),
    );
    expect(await store.reads.health(org.id)).toEqual([
      {
        connectionId: connection.id,
        lastCompleteAt,
        collections: {},
        pendingWrites: 3,
        oldestUnsentAt: entries[0]?.createdAt,
        conflicts: 2,
        heldDeletes: 1,
        failingRecords: 2,
        mappings: 3,
      },
      {
        connectionId: idle.id,
        lastCompleteAt: null,
        collections: {},
        pendingWrites: 0,
        oldestUnsentAt: null,
        conflicts: 0,
        heldDeletes: 0,
        failingRecords: 0,
        mappings: 0,
      },
    ]);
  });
}
